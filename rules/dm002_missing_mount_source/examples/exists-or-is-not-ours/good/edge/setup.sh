#!/bin/sh
touch acme.json
chmod 600 acme.json
