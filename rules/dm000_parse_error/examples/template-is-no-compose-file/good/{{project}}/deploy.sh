#!/bin/sh
docker compose -f compose.yaml -f compose.networks.yaml up -d
