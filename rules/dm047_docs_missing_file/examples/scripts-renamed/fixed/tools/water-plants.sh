#!/bin/sh
echo water
