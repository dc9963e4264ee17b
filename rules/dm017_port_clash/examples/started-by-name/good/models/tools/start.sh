#!/bin/bash
WANTED=()
if [[ "$*" == *--small* ]]; then
  WANTED+=('small')
else
  WANTED+=('large')
fi
docker compose -f models/compose.yaml up -d "${WANTED[@]}"
