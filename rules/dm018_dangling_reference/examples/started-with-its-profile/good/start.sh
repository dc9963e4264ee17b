#!/bin/sh
# Each machine has its own compose.machine.yaml.
FILES="-f compose.yaml -f compose.login.yaml"
docker compose $FILES -f compose.machine.yaml --profile login up -d
