docker compose --profile one up
docker compose --profile two up
docker compose --profile three up
docker compose --profile four up
docker compose --profile five up
docker compose --profile six up
docker compose --profile seven up
