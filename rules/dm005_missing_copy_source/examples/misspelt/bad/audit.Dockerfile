FROM python:3.12-slim
WORKDIR /srv
COPY ledgers ./ledgers
COPY shop ./shop
CMD ["python", "-m", "shop"]
