#!/bin/sh
# The network of the ledger is unpacked here by its own installer.
cd ledger-network || exit
docker compose -f compose.ledger.yaml up -d orderer
docker compose restart peer
