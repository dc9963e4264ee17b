#!/bin/sh
cd "$(dirname "$0")"
docker compose -f docker-compose.local.yml up -d --build
