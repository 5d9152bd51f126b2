#!/usr/bin/env bash
# Makes this machine ready for tests/browser: Chromium, Node 18 or newer with npm, and the two packages locked there.
# As root on Debian it installs what is missing; elsewhere it says the line to type. Prints the path of the browser.
set -euo pipefail
cd "$(dirname "$0")/.."

find_browser() {
  local name
  for name in "${PARTNERKPI_BROWSER:-chromium}" chromium-browser google-chrome; do
    # Ubuntu's chromium-browser is a stub that wants snap: only one that starts counts.
    if command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}
has_node() { node -e 'process.exit(Number(process.versions.node.split(".")[0] < 18))' >/dev/null 2>&1; }
has_npm() { npm --version >/dev/null 2>&1; }
look() {
  missing=()
  find_browser >/dev/null || missing+=(chromium)
  has_node || missing+=(nodejs)
  has_npm || missing+=(npm)
}

look
if [ ${#missing[@]} -gt 0 ]; then
  line="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null || true
    look
  fi
  if [ ${#missing[@]} -gt 0 ]; then
    echo "Error: the page cannot be tried in a browser: ${missing[*]} missing (Node must be 18 or newer)." >&2
    echo "Where: this machine's PATH" >&2
    echo "Now:   on Debian, as root: $line; elsewhere install Chromium and Node, or name a browser in PARTNERKPI_BROWSER" >&2
    exit 1
  fi
fi

stamp=tests/browser/node_modules/.set-up
if [ ! -e "$stamp" ] || [ tests/browser/package-lock.json -nt "$stamp" ]; then
  # No scripts of packages are run: neither needs one.
  if ! (cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2); then
    echo "Error: the packages of the browser tests cannot be installed." >&2
    echo "Where: tests/browser/package-lock.json" >&2
    echo "Now:   look at what npm says above; a package registry must be within reach" >&2
    exit 1
  fi
  touch "$stamp"
fi
find_browser
