#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
files="-f docker-compose.far.yml -f docker-compose.farther.yml"
cd "$here/$CHECKOUT/deploy" || exit
docker compose $files up -d
