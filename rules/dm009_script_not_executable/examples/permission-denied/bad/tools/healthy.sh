#!/bin/sh
exec python -c "import urllib.request as r; r.urlopen('http://localhost:8000')"
