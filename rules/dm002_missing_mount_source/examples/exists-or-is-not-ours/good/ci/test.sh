#!/bin/sh
secrets read sink --query value >sink-account.json
docker compose -f sink/compose.yaml up -d
