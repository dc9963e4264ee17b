#!/bin/sh
echo "starting in $SHOP_REGION as ${RUN_AS:-nobody}"
exec python -m app
