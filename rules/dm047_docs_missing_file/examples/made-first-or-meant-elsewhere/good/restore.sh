#!/bin/sh
COLOUR="${1:-}"
docker compose -f "deploy/compose.$COLOUR.yaml" ps
