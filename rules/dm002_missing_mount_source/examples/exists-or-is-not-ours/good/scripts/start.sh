#!/bin/sh
mkdir -p proxy/tls edge/hooks
[ -f proxy/tls/site.pem ] || openssl req -x509 -nodes -out proxy/tls/site.pem -keyout proxy/tls/site.key -subj /CN=site
docker compose up -d
. scripts/identity.sh && make_identity "$PWD/tests/identity"
