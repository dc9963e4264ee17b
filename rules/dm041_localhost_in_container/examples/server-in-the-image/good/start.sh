#!/bin/sh
redis-server --daemonize yes
exec python3 -c "import os; print(os.environ['REDIS_URL'])"
