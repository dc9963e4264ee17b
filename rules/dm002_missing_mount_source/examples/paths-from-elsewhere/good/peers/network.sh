#!/bin/sh
FILES="-f compose-$WHAT.yaml -f $ENGINE/$ENGINE-compose-$WHAT.yaml"
$COMPOSE $FILES up -d
