#!/bin/sh
fetch_file release/compose.release.yaml "$target/compose.release.yaml"
fetch_file release/Caddyfile "$target/front/Caddyfile"
