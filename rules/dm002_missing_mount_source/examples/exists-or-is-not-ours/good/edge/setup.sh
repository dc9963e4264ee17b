#!/bin/sh
touch acme.json
chmod 600 acme.json
KEYS=$(setting KEYS "$HERE/keyring")
mkdir -p "$KEYS"
