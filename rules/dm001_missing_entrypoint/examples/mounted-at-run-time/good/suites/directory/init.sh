#!/bin/sh
exec samba
