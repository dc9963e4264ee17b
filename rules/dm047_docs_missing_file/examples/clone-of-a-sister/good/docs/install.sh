#!/bin/sh
sudo git clone https://github.com/acme/cider-press.git
sudo mv cider-press press
cd press
docker compose -f compose.press.yaml up -d
