#!/bin/sh
STACK_DIR="${STACK_DIR:-/srv/stack}"
(cd "$STACK_DIR" && docker compose restart hub)
cd "$1"
docker compose logs hub
