#!/bin/sh
if [ -f ".env.example" ]; then
  cp .env.example .env
fi
