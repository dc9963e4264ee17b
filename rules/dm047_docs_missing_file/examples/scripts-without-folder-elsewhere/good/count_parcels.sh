#!/bin/sh
wc -l parcels.csv
