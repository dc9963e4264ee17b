#!/bin/sh
git clone https://git.example/acme/forum.git
cd forum || exit
docker compose -f ./compose.forum.yaml up -d
