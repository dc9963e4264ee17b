#!/bin/sh
POSTGRES_PASSWORD=of-the-mill
