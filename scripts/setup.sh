#!/usr/bin/env bash
# Makes .venv with everything the project needs, and checks that PDF pages can be laid out on this machine.
# Safe to run again: it does nothing when the set-up is newer than the files it depends on.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/.set-up
if [ -e "$stamp" ] && [ "$stamp" -nt pyproject.toml ] && [ "$stamp" -nt constraints.txt ] && [ "$stamp" -nt "$0" ]; then
  exit 0
fi

if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python ">=3.11" .venv
  uv pip install --quiet --python .venv/bin/python --constraint constraints.txt --editable . --group dev
else
  python=$(command -v python3 || true)
  if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Error: Python 3.11 or newer is needed." >&2
    echo "Where: python3 on this machine's PATH" >&2
    echo "Now:   install it (Debian 12, Ubuntu 24.04: apt-get install python3 python3-venv; macOS: brew install python)" >&2
    exit 1
  fi
  [ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "Error: a virtual environment cannot be made." >&2
    echo "Where: $PWD/.venv" >&2
    echo "Now:   on Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
  }
  # pip learned --group in 25.1; the one in a new .venv may be older.
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev
fi

scripts/check_pango.sh
touch "$stamp"
