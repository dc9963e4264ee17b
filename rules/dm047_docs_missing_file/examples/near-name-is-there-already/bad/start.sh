#!/bin/bash
docker compose up -d airing-web airing-timer airing-timers
if docker ps | grep -q shelf-blue; then
    NEXT="green"
else
    NEXT="blue"
fi
docker compose up -d shelf-${NEXT}
