FROM python:3.12-slim
RUN apt-get update && apt-get install -y curl
WORKDIR /srv
COPY tide ./tide
HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 0
CMD ["uvicorn", "tide.main:app", "--host", "0.0.0.0", "--port", "8000"]
