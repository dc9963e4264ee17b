docker stack deploy -c stack.yaml acme
