#!/usr/bin/env bash
# Sees to it that tests/test_cron.py finds the real cron: as root on Debian it is installed when it is missing,
# elsewhere the reason is told. Prints the path of the daemon.
set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin
has_cron() { command -v cron >/dev/null 2>&1 && command -v crontab >/dev/null 2>&1; }

if [ "$(id -u)" != 0 ]; then
  echo "only root may start a cron daemon, and this is $(id -un); as root: make tests" >&2
  exit 1
fi
if ! has_cron && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  # The package would start a daemon of its own; the test starts and ends one itself.
  install="apt-get install -qq --yes --no-install-recommends cron"
  export RUNLEVEL=1
  { apt-get update -qq && $install; } >/dev/null 2>&1 || true
fi
if ! has_cron; then
  echo "cron is missing; on Debian, as root: apt-get update && apt-get install --yes cron" >&2
  exit 1
fi
command -v cron
