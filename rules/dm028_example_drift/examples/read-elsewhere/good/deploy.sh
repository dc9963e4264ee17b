#!/bin/sh
DEPLOY_TOKEN=$(cat /run/token) docker compose up -d --wait-timeout "$START_TIMEOUT"
