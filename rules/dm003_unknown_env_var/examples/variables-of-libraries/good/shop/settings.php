<?php
return ["name" => "Shop"];
