#!/bin/sh
exec /opt/flows "$@"
