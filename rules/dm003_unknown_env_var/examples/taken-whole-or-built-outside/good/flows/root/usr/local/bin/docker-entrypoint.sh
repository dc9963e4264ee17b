#!/bin/sh
exec /opt/flows "$@"
echo "Started in $TOWN"
