#!/bin/sh
cp ./development/compose.development.yaml ./compose.yaml
