{% for team in teams %}
path "secret/data/{{ team }}/*" {
  capabilities = [{{ rights }}]
}
{% endfor %}
