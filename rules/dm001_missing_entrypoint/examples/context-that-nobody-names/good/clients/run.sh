#!/bin/sh
exec node /main.mjs
