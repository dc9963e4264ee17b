path "secret/data/reports/*" {
  capabilities = ["read"]
}

path "secret/data/archive/*" {
  capabilities = ["read"]
}
