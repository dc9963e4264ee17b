from quay import steps


def test_steps() -> None:
    assert steps("start") == [
        "docker compose -f compose.yaml -f .quay/docker-compose.berths.yml up -d",
    ]
