$env:API_SOURCE = "../api"
$env:SITE_SOURCE = "../site"
docker compose -f api/compose.yaml -f site/compose.yaml up -d --build
