def serve() -> None:
    """Runs without the settings."""
