#!/usr/bin/env bash
# Installs what tests drive, where it is missing: Debian packages when we are root (otherwise it
# says what is missing), and environments for Python and Node below the target directory. Tests that
# need what is missing say so and are skipped. Safe to run again.
#
# Usage: tests/setup.sh [PROGRAM=PACKAGE]...   these, or everything that the tests drive
#        tests/setup.sh python                 the Python environment only
#        tests/setup.sh node                   the Node environment only
set -euo pipefail
target=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}

packages() {
  local missing=() pair
  for pair in "$@"; do
    # A program, or a file.
    if ! PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%=*}" >/dev/null && [ ! -e "${pair%%=*}" ]; then
      missing+=("${pair#*=}")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "setup: not installed, and only root on Debian can install them here: ${missing[*]}; what needs them is skipped"
    return
  fi
  echo "setup: installing ${missing[*]}"
  # Debian starts a server when its package is installed; only the program is wanted.
  local policy=/usr/sbin/policy-rc.d log
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    # shellcheck disable=SC2064 # The path is known now.
    trap "rm -f '$policy'" EXIT
  fi
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "setup: installing ${missing[*]} failed; what needs them is skipped"
  fi
  rm -f "$log"
}

# Whether an environment has what it should; what that is stands in its file `complete`.
has() {
  [ -e "$1/complete" ] && [ "$(cat "$1/complete")" = "$2" ]
}

python() {
  local environment=$target/tests-python wanted="flask websockets grpcio envoy-data-plane schemathesis aiosmtpd authlib http-message-signatures requests jsonschema django djangorestframework flask-wtf"
  if has "$environment" "$wanted"; then
    return
  fi
  echo "setup: making the Python environment $environment"
  # shellcheck disable=SC2086 # Several words.
  if python3 -m venv "$environment" &&
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check $wanted; then
    echo "$wanted" >"$environment/complete"
  else
    echo "setup: no Python environment; what needs it is skipped"
  fi
}

modules() {
  # The last ones that run on Node 20.
  local environment=$target/tests-node wanted="oauth2-mock-server@8.2.3 oidc-provider@8.8.1 express@4 csurf@1 cookie-parser@1"
  if has "$environment" "$wanted"; then
    return
  fi
  echo "setup: making the Node environment $environment"
  if command -v npm >/dev/null &&
    node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' &&
    mkdir -p "$environment" && echo '{}' >"$environment/package.json" &&
    # shellcheck disable=SC2086 # Several words.
    npm install --prefix "$environment" --silent --no-audit --no-fund --ignore-scripts $wanted; then
    echo "$wanted" >"$environment/complete"
  else
    echo "setup: no Node environment; what needs it is skipped"
  fi
}

case ${1:-everything} in
python) python ;;
node) modules ;;
everything)
  packages argon2=argon2 curl=curl openssl=openssl nghttp=nghttp2-client h2load=nghttp2-client nginx=nginx \
    node=nodejs npm=npm jose=jose java=default-jdk-headless prlimit=util-linux python3=python3 chromium=chromium \
    /usr/lib/postgresql/15/bin/initdb=postgresql-15 \
    /usr/share/java/tomcat10-embed-core.jar=libtomcat10-embed-java
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    packages no-ensurepip=python3-venv
  fi
  python
  modules
  ;;
*) packages "$@" ;;
esac
