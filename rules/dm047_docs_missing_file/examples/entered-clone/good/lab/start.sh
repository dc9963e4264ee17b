#!/bin/bash
cd lab
git clone https://git.example.org/ferries/ferry
cd ferry
docker compose -f docker/compose.yml up -d
