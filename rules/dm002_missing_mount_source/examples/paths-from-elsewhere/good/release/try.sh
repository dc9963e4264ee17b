#!/bin/sh
docker compose -f release/compose.release.yaml up -d redis
