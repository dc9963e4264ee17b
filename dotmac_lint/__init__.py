"""dotmac-lint: a type checker for deployments."""

__version__ = "0.1.0"
