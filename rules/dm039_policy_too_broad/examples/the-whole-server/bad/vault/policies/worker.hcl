path "sys/*" {
  capabilities = ["read", "update"]
}

path "auth/*" {
  policy = "sudo"
}

path "+/*" {
  capabilities = ["read", "list"]
}
