#!/bin/sh
EDGE=".envs/local/.edge"
echo "TOKEN=$1" > edge.new
install -m 0600 edge.new "$EDGE"
