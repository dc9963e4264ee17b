path "secret/data/${team}/*" {
  capabilities = ["${right}", "read"]
}
