#!/bin/sh
set -e
mkdir packed
cp relay/Dockerfile packed
docker build -t relay -f packed/Dockerfile packed
docker build -t relay -f "$FLAVOUR/Dockerfile.$FLAVOUR" .
