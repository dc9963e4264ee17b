#!/bin/sh
curl -sfo upstream-compose.yaml https://git.example/acme/search/raw/main/docker/compose.yaml
echo "compare upstream-compose.yaml with compose.yaml"
