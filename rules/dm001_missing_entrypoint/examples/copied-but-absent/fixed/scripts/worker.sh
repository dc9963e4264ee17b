#!/usr/bin/env bash
# Starts the Celery processes. Made by dotmac-lint: read it, then keep it as your own.
set -euo pipefail
mode="${1:-worker}"
[ "$#" -eq 0 ] || shift

case "$mode" in
    worker)
        exec celery -A shop.tasks:queue worker --loglevel=info "$@"
        ;;
    beat)
        exec celery -A shop.tasks:queue beat --loglevel=info --schedule=/tmp/celerybeat-schedule "$@"
        ;;
    flower)
        exec celery -A shop.tasks:queue flower "$@"
        ;;
    *)
        exec "$mode" "$@"
        ;;
esac
