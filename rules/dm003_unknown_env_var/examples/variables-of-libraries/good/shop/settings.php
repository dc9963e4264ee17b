<?php
return ["name" => "Shop"];
return getenv('TOWN');
