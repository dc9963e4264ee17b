#!/bin/sh
exec buoy-server --port "${PORT:-8000}"
