#!/bin/sh
openssl req -x509 -nodes -out "$1/ca.pem" -keyout "$1/ca.key" -subj /CN=report
