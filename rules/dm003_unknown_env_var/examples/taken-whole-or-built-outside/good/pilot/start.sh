#!/bin/sh
exec php /opt/pilot/serve.php
echo "Started in $TOWN"
