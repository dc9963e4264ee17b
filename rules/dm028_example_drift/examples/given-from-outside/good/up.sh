#!/bin/sh
cd /opt/mill && docker stack deploy -c deploy/stack.yaml mill
