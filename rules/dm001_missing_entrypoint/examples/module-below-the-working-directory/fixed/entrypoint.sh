#!/bin/sh
# Starts the API. Made by dotmac-lint: read it, then keep it as your own.
set -eu

mode="${1:-api}"
[ "$#" -eq 0 ] || shift

case "$mode" in
    api)
        exec uvicorn main:api --host 0.0.0.0 --port 8000 "$@"
        ;;
    *)
        exec "$mode" "$@"
        ;;
esac
