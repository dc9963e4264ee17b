#!/bin/bash
set -eu
for name in $(compgen -e | grep '^SETTING_'); do
    echo "${name#SETTING_} = ${!name}" >>/etc/forum.conf
done
exec forum
