FROM python:3.12-slim
WORKDIR /app
COPY worker ./worker
CMD ["python", "collect.py"]
