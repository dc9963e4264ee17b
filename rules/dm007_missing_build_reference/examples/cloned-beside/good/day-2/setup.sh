#!/bin/bash
set -e
cd "$(dirname "$0")"
git clone https://git.example.org/loom/carder
cp carder-compose.yml ./carder/
cd carder
docker compose -f carder-compose.yml up -d
