#!/bin/sh
ROOT="$(cd "$(dirname "$0")/.." && pwd)"
docker compose -f "$ROOT/compose.night.yaml" down
