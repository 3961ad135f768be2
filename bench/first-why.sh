#!/usr/bin/env bash
# Does what the README begins with, and times it: clones the repository into an empty directory,
# types `make run`, waits for the demo, pastes the first story's `curl` and its `why`. Prints how
# long the build took, and how long it was from its end to the explanation.
#
# Usage: bench/first-why.sh [--target DIR] [--run OPTIONS] [REPOSITORY]
#   REPOSITORY     what is cloned: an address or a directory; this one by default, as committed
#   --target DIR   build into DIR instead of into the clone. With what DIR holds from before, the
#                  time of the build says nothing: to try the script.
#   --run OPTIONS  more options of `postern run --demo`, such as `--gateway 127.0.0.1:18080 --admin
#                  127.0.0.1:19090` where the usual ports are taken
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
target='' options=''
while [ $# -gt 0 ]; do
  case $1 in
  --target) target=$(realpath "$2") && shift 2 ;;
  --run) options=$2 && shift 2 ;;
  -*) echo "first-why: there is no option $1; the head of this file says which there are" >&2 && exit 2 ;;
  *) repository=$1 && shift ;;
  esac
done

dir=$(mktemp -d)
output=$dir/output
make=
finish() {
  # `make` and what it started are a group of their own.
  if [ -n "$make" ]; then
    kill -TERM -- "-$make" 2>/dev/null || true
    wait "$make" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
  echo "first-why: $1; the end of what \`make run\` printed:" >&2
  tail -n 15 "$output" >&2
  exit 1
}

# Waits until the output has a line with $1.
await() {
  until grep -q -- "$1" "$output" 2>/dev/null; do
    kill -0 "$make" 2>/dev/null || fail "it ended"
    sleep 0.02
  done
}

# The first line of the demo's text that begins with a word matching $1.
offered() {
  grep -m 1 -E -- "^ +$1 " "$output" | sed 's/^ *//'
}

seconds() {
  awk -v from="$1" -v to="$2" 'BEGIN { printf "%.1f s", to - from }'
}

begun=$EPOCHREALTIME
git clone --quiet "$repository" "$dir/postern"
cd "$dir/postern"
cloned=$EPOCHREALTIME
# The build is the clone's own, whatever the caller builds into.
export CARGO_TARGET_DIR=${target:-$dir/postern/target} CARGO_TERM_COLOR=never
set -m
make run RUN="$options" >"$output" 2>&1 &
make=$!
set +m

await 'Finished `release` profile'
built=$EPOCHREALTIME
await 'demo\.json'
ready=$EPOCHREALTIME

curl=$(offered curl)
why=$(offered '[^ ]*postern why')
answer=$(sh -c "$curl -s")
case $answer in
*'postern-denial: '*) ;;
*) fail "the first story's curl was answered: ${answer%%$'\r'*}" ;;
esac
explained=$(sh -c "$why")
case $explained in
refused\[*) ;;
*) fail "the first story's why says: $explained" ;;
esac
told=$EPOCHREALTIME

printf '%s\n\n' "$explained"
echo "git clone:                                    $(seconds "$begun" "$cloned")"
echo "make run, until the build's end:              $(seconds "$cloned" "$built")"
echo "from there until the demo runs:               $(seconds "$built" "$ready")"
echo "from the build's end to the first why:        $(seconds "$built" "$told")"
echo "from git clone to the first why:              $(seconds "$begun" "$told")"
