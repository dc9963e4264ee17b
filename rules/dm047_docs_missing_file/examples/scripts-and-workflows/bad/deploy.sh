#!/bin/sh
set -e
for file in compose.yaml compose.prod.yaml; do
  docker compose -f compose.yaml -f compose.prod.yaml config -q
done
docker compose restart website
