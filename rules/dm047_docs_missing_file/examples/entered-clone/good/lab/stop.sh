#!/bin/bash
cd lab/ferry
docker compose -f docker/compose.yml down
