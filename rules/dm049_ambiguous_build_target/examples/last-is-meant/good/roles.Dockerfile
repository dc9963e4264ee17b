FROM python:3.12-slim AS api
CMD ["python", "-m", "http.server"]

FROM python:3.12-slim AS worker
CMD ["python", "-m", "http.server", "81"]
