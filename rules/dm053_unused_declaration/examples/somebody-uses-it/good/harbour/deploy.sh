#!/bin/bash
prod="docker-compose-harbour.yml"
lights="docker-compose-lighthouse.yml"
base="docker-compose -p ${project_name} -f ${prod} -f ${lights}"
base_alt="${base} -f x.yml"

if [ -z "${do_override}" ]; then
    used=${base}
 else
    used=${base_alt}
fi
while getopts "hb:s:e:t:d" option; do
   case ${option} in
        s) # start
         logged "${used} start ${service_name}"
         ;;
   esac
done
