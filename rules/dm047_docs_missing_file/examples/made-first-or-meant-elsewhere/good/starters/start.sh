#!/bin/sh
docker compose -f starter/compose.starter.yaml -f starters/compose.edge.yaml up -d
