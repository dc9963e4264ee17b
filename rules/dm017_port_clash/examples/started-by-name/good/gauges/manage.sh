#!/bin/bash
compose="docker-compose --log-level ERROR"
if docker compose version >/dev/null; then
  compose="docker --log-level error compose"
fi
case "$1" in
  one) ${compose} up -d gauge-1 ;;
  all) ${compose} up -d gauges ;;
esac
