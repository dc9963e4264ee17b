#!/bin/sh
echo "$HARBOUR"
