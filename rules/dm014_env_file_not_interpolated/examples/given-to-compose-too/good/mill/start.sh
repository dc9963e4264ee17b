#!/bin/sh
set -a
. ./secrets.sh
docker compose -f compose.prod.yaml up -d
