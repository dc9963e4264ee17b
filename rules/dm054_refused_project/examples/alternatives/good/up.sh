docker compose --profile blue up
docker compose --profile green up
