#!/bin/sh
exec php /opt/pilot/serve.php
