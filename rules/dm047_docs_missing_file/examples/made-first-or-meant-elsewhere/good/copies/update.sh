#!/bin/sh
BASE=https://git.example/acme/pump/raw/main
curl -sfo upstream-compose.yaml $BASE/compose.yaml
