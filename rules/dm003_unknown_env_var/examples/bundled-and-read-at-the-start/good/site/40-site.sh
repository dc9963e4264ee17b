#!/bin/sh
sed -i "s|__API__|$VITE_API_URL|" /usr/share/nginx/html/assets/*.js
