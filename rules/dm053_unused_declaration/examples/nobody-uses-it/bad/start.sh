#!/bin/sh
export IMPORTS="$HOME/imports"
docker compose up -d
