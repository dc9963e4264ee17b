#!/bin/sh
psql -c "create role reports login password '$POSTGRES_PASS'"
