#!/usr/bin/env bash
# Starts the API. Made by dotmac-lint: read it, then keep it as your own.
set -euo pipefail

# wait_for NAME URL PORT: until its host answers (at PORT where the URL has none), at most WAIT_TIMEOUT seconds.
wait_for() {
    deadline=$(($(date +%s) + ${WAIT_TIMEOUT:-60}))
    until python3 - "$2" "$3" <<'PYTHON' 2>/dev/null; do
import socket, sys, urllib.parse
url = urllib.parse.urlsplit(sys.argv[1])
port = url.port or {"amqp": 5672, "amqps": 5671}.get(url.scheme, int(sys.argv[2]))
if url.hostname:  # sqs:// and memory:// have none
    socket.create_connection((url.hostname, port), 2).close()
PYTHON
        if [ "$(date +%s)" -ge "$deadline" ]; then
            echo "$1 does not answer" >&2
            exit 1
        fi
        sleep 1
    done
}

wait_for_servers() {
    wait_for database "//${DATABASE__HOST:-localhost}:${DATABASE__PORT:-5432}" 5432
}

mode="${1:-api}"
[ "$#" -eq 0 ] || shift

case "$mode" in
    api)
        wait_for_servers
        alembic upgrade head
        exec uvicorn shop.main:app --host 0.0.0.0 --port 8080 "$@"
        ;;
    migrate)
        wait_for_servers
        exec alembic upgrade head
        ;;
    *)
        exec "$mode" "$@"
        ;;
esac
