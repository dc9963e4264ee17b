#!/bin/sh
case $1 in
  lamp) docker compose -f lamp/compose.yaml up -d ;;
  fan) docker compose -f fan/compose.yaml up -d ;;
  bell) docker compose -f bell/compose.yaml up -d ;;
  lock) docker compose -f lock/compose.yaml up -d ;;
  gate) docker compose -f gate/compose.yaml up -d ;;
esac
docker compose -f lamp/compose.yaml rm --force --stop buoy >/dev/null 2>&1 || true
