#!/bin/sh
export WEB_SOURCE=../web
docker compose -f api/compose.yaml -f web/compose.yaml up -d --build
