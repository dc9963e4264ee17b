#!/bin/bash
RUNS=(
  "env GRAIN=rye docker compose up mill -d --wait"
  "env GRAIN=oat docker compose up oven -d --wait"
)
for n in 0 1; do
  run="${RUNS[$n]}"
  eval "$run"
done
