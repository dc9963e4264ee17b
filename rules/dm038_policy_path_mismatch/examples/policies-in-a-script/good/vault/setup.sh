#!/bin/sh
vault policy write mail - <<'HCL'
path "secret/data/mail/*" {
  capabilities = ["read"]
}
HCL
