path "secret/data/shop/*" {
  capabilities = ["read"]
}

# for now
path "*" {
  capabilities = ["create", "read", "update", "delete", "list", "sudo"]
}
