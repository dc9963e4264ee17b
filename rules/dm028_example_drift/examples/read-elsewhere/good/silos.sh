#!/bin/sh
for silo in NORTH SOUTH; do
  eval "port=\${SILO_${silo}_PORT:-5432}"
  echo "$silo listens on $port"
done
