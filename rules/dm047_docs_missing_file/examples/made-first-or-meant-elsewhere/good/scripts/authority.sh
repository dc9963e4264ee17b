#!/bin/bash
[[ ! -d "$HOME/authority" ]] && git clone https://git.example/trust/authority \
  "$HOME/authority"
pushd "$HOME/authority"
docker compose run -d authority
popd
