#!/bin/sh
docker compose -f docker-compose.scales.yaml -f docker-compose.local.yaml up
