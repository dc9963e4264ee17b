path "secret/data/app/secret_key" {
  capabilities = ["read"]
}

path "secret/data/+/password" {
  capabilities = ["read"]
}

path "secret/data/mail/*" {
  capabilities = ["read", "list"]
}
