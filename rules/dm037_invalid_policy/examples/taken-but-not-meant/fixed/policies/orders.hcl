path "secret/data/+/orders" {
  capabilities = ["read"]
}

path "secret/data/orders/+-backup" {
  capabilities = ["read"]
}

path "secret/data/orders/locked" {
  capabilities = ["deny", "read"]
}

path "secret/data/shared" {
  capabilities = ["read"]
}

path "secret/data/shared" {
  capabilities = ["list"]
}

path "secret/data/nothing" {
}
