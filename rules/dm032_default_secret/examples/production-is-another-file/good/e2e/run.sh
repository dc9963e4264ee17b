#!/bin/sh
docker compose -f compose.staged.prod.yaml up -d --wait
