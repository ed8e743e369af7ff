#!/usr/bin/env bash
# run.sh ACL: the official JavaScript client against a server that this starts.
# PROMTOOL is Prometheus's checker.
# The last line is `N passed, N failed`.
set -euo pipefail
acl=$(realpath "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
secret() { sed -n 's/.*"secret":"\([^"]*\)".*/\1/p'; }
"$acl" init "$work/data" --from world.yaml >/dev/null
ANN=$("$acl" key create user:ann -w "$work/data" --json | secret)
BOB=$("$acl" key create user:bob -w "$work/data" --json | secret)
"$acl" serve --data "$work/data" --listen 127.0.0.1:0 >"$work/log" 2>"$work/err" &
server=$!
for _ in {1..100}; do
  SERVER=$(sed -n 's/^acl: listening on //p' "$work/err")
  [[ -z $SERVER ]] || break
  sleep 0.1
done
[[ -n $SERVER ]] || { cat "$work/err" >&2 && exit 1; }

status=0
SERVER=$SERVER ANN=$ANN BOB=$BOB node --test-reporter=tap client_test.mjs >"$work/out" || status=$?
cat "$work/out"
kill "$server" && wait "$server"
server=
printf '%d passed, %d failed\n' "$(grep -c '^ok ' "$work/out")" "$(grep -c '^not ok ' "$work/out")"
exit "$status"
