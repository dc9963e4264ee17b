#!/bin/sh
. ./deploy/post.env
echo "$POST_REGION"
