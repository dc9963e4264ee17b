#!/bin/sh
exec java -jar /gateway.jar
