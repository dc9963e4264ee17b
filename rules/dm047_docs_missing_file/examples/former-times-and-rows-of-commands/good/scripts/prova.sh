#!/bin/sh
# Prima: docker compose up -d e poi il resto
docker compose run --rm mill true
