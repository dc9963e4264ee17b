# What the application may do. Made by dotmac-lint: read it, then keep it as your own.

# Keep its own token alive, and nothing else.
path "auth/token/renew-self" {
  capabilities = ["update"]
}

path "auth/token/lookup-self" {
  capabilities = ["read"]
}
