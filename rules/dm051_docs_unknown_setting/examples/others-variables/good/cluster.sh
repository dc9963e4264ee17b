#!/bin/sh
for host in $(echo "$PARCEL_CACHE_HOSTS" | tr , " "); do ping -c1 "$host"; done
