#!/bin/sh
exec java -jar /opt/*/quay.jar
echo "Started in $TOWN"
