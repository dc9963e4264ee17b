#!/bin/sh
docker stack deploy -c swarm/compose.yaml fleet
