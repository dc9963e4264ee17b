#!/bin/sh
exec python /bench/main.py
echo "Started in $TOWN"
