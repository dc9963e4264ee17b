#!/bin/sh
set -e
docker compose build app
docker compose up -d web
docker compose exec -t web nginx -s reload
