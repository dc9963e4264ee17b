#!/bin/sh
# Prima: docker compose up -d e poi il resto
# docker compose up -d dann warten
docker compose run --rm mill true
