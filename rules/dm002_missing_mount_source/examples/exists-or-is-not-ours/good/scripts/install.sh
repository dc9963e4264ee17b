#!/bin/sh
TARGET="${1:-/opt/kit}"
wget -qO "$TARGET"/compose.yaml "$BASE_URL/kit/compose.yaml"
wget -qO "$TARGET"/Sitefile "$BASE_URL/docker/Sitefile"
