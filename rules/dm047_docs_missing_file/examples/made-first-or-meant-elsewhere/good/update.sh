#!/bin/sh
if [ -f compose.prod.yaml ]; then
  FILE="compose.prod.yaml"
elif [ -f compose.site.yaml ]; then
  FILE="compose.site.yaml"
else
  FILE="compose.yaml"
fi
docker compose -f "$FILE" up -d --build
