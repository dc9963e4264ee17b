#!/bin/sh
GOOS=linux go build \
  -tags netgo \
  -o keeper .
