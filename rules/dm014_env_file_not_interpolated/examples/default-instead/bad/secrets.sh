#!/bin/sh
POSTGRES_PASSWORD=$(openssl rand -hex 16)
sed "s/change-me/$POSTGRES_PASSWORD/" .env.prod.example > .env.prod
