#!/bin/sh
FOLDER="./start"
mkdir -p "${FOLDER}"
curl -o "${FOLDER}/tables.sql" https://stock.example/tables.sql
