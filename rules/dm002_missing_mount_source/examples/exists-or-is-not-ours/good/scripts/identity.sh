make_identity() {
  folder="$1"
  mkdir -p "$folder/public/.well-known"
  echo '{"issuer": "http://identity"}' > "$folder/public/.well-known/openid-configuration"
}
