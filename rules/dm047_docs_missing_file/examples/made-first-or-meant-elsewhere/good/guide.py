GUIDE = {
    "files": {"docker-compose.metrics.yml": "services: {metrics: {image: prom/prometheus}}"},
    "commands": ["docker compose -f docker-compose.metrics.yml up -d"],
}
