key_prefix "shop/" {
  policy = "write"
}

service "shop" {
  policy = "register"
}
