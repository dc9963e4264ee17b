#!/bin/sh
. ./.env
ls -1t backups | tail -n "+$((MARINA_BACKUP_KEEP + 1))"
