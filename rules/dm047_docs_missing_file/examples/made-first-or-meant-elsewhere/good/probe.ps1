$probe = "services: {probe: {image: busybox}}"
$probe | Out-File -FilePath "probe.yml"
docker compose -f probe.yml run probe
