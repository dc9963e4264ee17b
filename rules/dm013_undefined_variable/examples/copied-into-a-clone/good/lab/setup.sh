#!/bin/bash
git clone https://git.example.org/notes/notary
cp notary-compose.yml notary/docker/docker-compose.yml
cd notary
docker compose -f docker/docker-compose.yml up -d
