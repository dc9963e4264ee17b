#!/bin/bash
overlay=(-f compose.debug.yaml)
docker compose "${overlay[@]}" down --volumes
