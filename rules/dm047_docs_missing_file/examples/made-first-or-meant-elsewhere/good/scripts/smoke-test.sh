#!/bin/sh
docker compose config
