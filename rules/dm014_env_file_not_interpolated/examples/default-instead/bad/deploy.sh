#!/bin/sh
./secrets.sh
docker compose -f compose.prod.yaml up -d
