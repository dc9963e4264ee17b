#!/bin/sh
if [ -f compose.local.yaml ]; then
  docker compose -f compose.yaml -f compose.local.yaml up -d
fi
