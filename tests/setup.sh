#!/usr/bin/env bash
# Installs the Debian packages of programs that tests drive, where they are missing and we are
# root; otherwise says what is missing. Tests that need a missing program say so and are skipped.
#
# Usage: tests/setup.sh [PROGRAM=PACKAGE]...
set -euo pipefail

wanted=("$@")
if [ ${#wanted[@]} -eq 0 ]; then
  wanted=(curl=curl openssl=openssl nghttp=nghttp2-client h2load=nghttp2-client nginx=nginx python3=python3)
fi

missing=()
for pair in "${wanted[@]}"; do
  if ! PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%=*}" >/dev/null; then
    missing+=("${pair#*=}")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup: not installed, and only root on Debian can install them here: ${missing[*]}; what needs them is skipped"
  exit 0
fi

echo "setup: installing ${missing[*]}"
# Debian starts a server when its package is installed; only the program is wanted.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log"
  echo "setup: installing ${missing[*]} failed; what needs them is skipped"
fi
rm -f "$log"
