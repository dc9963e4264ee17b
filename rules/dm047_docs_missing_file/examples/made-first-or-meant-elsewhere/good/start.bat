if exist "docker-compose.blue.yml" (
    docker compose -f docker-compose.blue.yml up -d blue
)
