#!/bin/sh
exec python /bench/main.py
