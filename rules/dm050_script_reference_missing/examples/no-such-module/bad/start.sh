#!/bin/sh
set -e
case "${1:-api}" in
    api) exec uvicorn shop.server:app --host 0.0.0.0 ;;
esac
