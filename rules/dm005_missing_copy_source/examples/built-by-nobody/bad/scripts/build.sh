#!/bin/sh
docker build --file docker/mail.Dockerfile .
