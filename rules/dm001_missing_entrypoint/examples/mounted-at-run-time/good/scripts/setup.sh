#!/bin/sh
exec slapd -d 0
