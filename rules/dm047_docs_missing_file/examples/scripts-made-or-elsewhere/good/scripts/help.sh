#!/bin/sh
echo "run ./scripts/gone.sh"
# ./scripts/gone.sh
