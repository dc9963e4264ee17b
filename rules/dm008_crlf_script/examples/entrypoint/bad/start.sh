#!/bin/sh
# Starts the shop.
exec python -m http.server
