#!/bin/bash
FILES=(-f compose.yaml)
if [ "$WITH_CACHE" = 1 ]; then
  FILES+=(-f deploy/compose.cache.yaml)
fi
if [ "$WITH_CACHE" = 1 ]; then
  docker compose "${FILES[@]}" up -d api frost
else
  docker compose "${FILES[@]}" up -d api
fi
cd /srv/plant && docker compose -f docker-compose.machine.yml up -d
if grep -q "mist:" compose.yaml; then
  docker compose -f compose.yaml build mist
fi
