#!/bin/sh
exec java -jar /opt/*/quay.jar
