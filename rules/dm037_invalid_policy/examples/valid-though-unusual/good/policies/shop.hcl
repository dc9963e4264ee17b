name = "shop"

path "auth/*"
{
  "capabilities" = ["create", "read", "update", "delete", "list",]
}

path "secret/data/{{identity.entity.id}}/*" {
  comment      = "each entity has a place of its own"
  capabilities = ["create", "update", "patch", "read"]
}

path "secret/+/team-b*" { capabilities = ["read"], min_wrapping_ttl = "1s", max_wrapping_ttl = 90 }

path "sys/events/subscribe/kv*" {
  capabilities = ["read", "subscribe"]
}

path "old/*" { policy = "write" }

path "transit/sign/shop" {
  capabilities       = ["update"]
  allowed_parameters = {
    "algorithm" = ["sha2-256", "sha2-512"]
    "*"         = []
  }
}
