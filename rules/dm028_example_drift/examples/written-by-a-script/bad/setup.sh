#!/bin/sh
MILL_STONE=$(openssl rand -hex 16)
cat > .env <<EOF
MILL_GRAIN=rye
MILL_STONE=$MILL_STONE
MILL_HOSTS=mill.example.org
MILL_SEASON=autumn
EOF
echo "It is ${MILL_SEASON:-autumn}."
