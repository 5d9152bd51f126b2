#!/usr/bin/env bash
# Checks that the text layout library Pango can be loaded; as root on Debian or Ubuntu it installs it.
# HarfBuzz-Subset, which makes fonts small, is wanted too: pages come out faster; without it they still come out.
set -euo pipefail
cd "$(dirname "$0")/.."

loads() { .venv/bin/python -W "$1" -c 'import weasyprint' >/dev/null 2>&1; }
packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

loads error && exit 0
if command -v apt-get >/dev/null 2>&1; then
  line="apt-get update && apt-get install --yes --no-install-recommends $packages"
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $packages >/dev/null || true
    loads error && exit 0
  else
    line="sudo sh -c '$line'"
  fi
elif command -v brew >/dev/null 2>&1; then
  line="brew install pango"
elif command -v dnf >/dev/null 2>&1; then
  line="sudo dnf install pango harfbuzz"
elif command -v pacman >/dev/null 2>&1; then
  line="sudo pacman -S pango"
elif command -v apk >/dev/null 2>&1; then
  line="apk add pango harfbuzz-subset"
else
  line="install the library Pango 1.44 or newer with this system's package manager"
fi
if loads ignore; then
  echo "Note: HarfBuzz-Subset is missing; pages are made a little slower without it. To add it: $line" >&2
  exit 0
fi
echo "Error: PDF pages cannot be laid out: the library Pango is missing." >&2
echo "Where: this machine" >&2
echo "Now:   $line" >&2
exit 1
