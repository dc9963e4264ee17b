#!/bin/sh
envsubst < hub.tmpl > rendered/compose.yaml
