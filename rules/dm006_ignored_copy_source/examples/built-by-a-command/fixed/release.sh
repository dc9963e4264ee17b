#!/bin/sh
set -e
docker build -f Dockerfile.release -t panel .
