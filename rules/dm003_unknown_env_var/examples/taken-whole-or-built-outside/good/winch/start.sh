#!/bin/sh
exec winchd
