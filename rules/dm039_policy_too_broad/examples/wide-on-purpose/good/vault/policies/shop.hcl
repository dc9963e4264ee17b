path "secret/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}

path "sys/*" {
  capabilities = ["deny"]
}

path "sys/health" {
  capabilities = ["read", "sudo"]
}

path "*" {
  capabilities = ["list"]
}
