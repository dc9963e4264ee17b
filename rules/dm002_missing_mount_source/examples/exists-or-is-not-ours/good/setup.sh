#!/bin/sh
create_dir() {
  mkdir -p "$1"
}
create_dir "./watcher/rules" 700
