# What the shop may do.
path "secret/data/shop/*" {
  capabilities = ["read", "create", "update"] # and a comment
}

path "secret/metadata/shop/*" {
  capabilities = ["list"]
}

path "database/creds/shop" {
  comment  = "short-lived credentials"
  capabilities = ["read", "update"]
}

path "transit/encrypt/shop" {
  policy = "create"
}

path "transit/decrypt/shop" {
  capabilities = ["update"]
}

path "auth/token/create" {
  capabilities        = ["update"]
  allowed_parameters  = { "policies" = "shop" }
  required_parameters = ["ttl"]
  max_wrapping_ttl    = "1 hour"
}
