path "secret/data/reports/*" {
  capabilities = ["read"]
}

path "secret/archive/*" {
  capabilities = ["read"]
}
