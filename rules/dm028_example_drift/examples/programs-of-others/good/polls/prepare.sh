#!/bin/sh
. ../library.sh
prepare_polls
