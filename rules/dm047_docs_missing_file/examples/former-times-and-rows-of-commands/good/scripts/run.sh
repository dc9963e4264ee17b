#!/bin/sh
home="${PWD%/bakery*}/bakery"
docker compose -f "$home/scripts/docker-compose.yml" up -d
