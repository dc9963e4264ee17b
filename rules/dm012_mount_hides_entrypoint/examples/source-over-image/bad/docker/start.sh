#!/bin/sh
exec /srv/.venv/bin/python -m shop
