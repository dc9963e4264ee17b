path "secret/data/reports/*" {
  capabilities = ["read"]
}

path "secret/reports/*" {
  capabilities = ["read"]
}

path "secret/metadata/*" {
  capabilities = ["read", "list"]
}

path "secret/+/archive" {
  capabilities = ["read"]
}

path "legacy/archive/*" {
  capabilities = ["read"]
}
