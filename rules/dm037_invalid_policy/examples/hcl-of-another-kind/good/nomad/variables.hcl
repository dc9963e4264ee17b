namespace "shop" {
  policy = "read"
  variables {
    path "shop/lock" {
      capabilities = ["read", "write", "destroy"]
    }
  }
}
