FROM python:3.12-slim
WORKDIR /srv
COPY ledgers ./ledgers
COPY prices.csv ./
# The one that is almost called so is copied for itself.
COPY price.csv ./former/
COPY shop ./shop
CMD ["python", "-m", "shop"]
