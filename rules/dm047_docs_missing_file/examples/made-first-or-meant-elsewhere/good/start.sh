#!/bin/sh
echo "Starting with docker compose up for the plant"
sed s/x/y/ compose.template > docker-compose.made.yml
docker compose -f docker-compose.made.yml up -d
echo "docker compose -f docker-compose.elsewhere.yml up"
print_info "For more: docker compose logs -f gateway"
docker compose -f deploy/compose.$COLOUR.yaml exec valve status
docker compose --env-file .env.night up -d
done_with() { printf "%s\n" "$1"; }
done_with "docker compose up -d furnace finished"
