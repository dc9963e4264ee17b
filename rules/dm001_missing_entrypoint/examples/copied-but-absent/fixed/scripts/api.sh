#!/usr/bin/env bash
# Starts the API. Made by dotmac-lint: read it, then keep it as your own.
set -euo pipefail
mode="${1:-api}"
[ "$#" -eq 0 ] || shift

case "$mode" in
    api)
        alembic upgrade head
        exec uvicorn shop.main:app --host 0.0.0.0 --port 8080 "$@"
        ;;
    *)
        exec "$mode" "$@"
        ;;
esac
