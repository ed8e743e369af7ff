#!/usr/bin/env bash
# The demo runs to its end with the real command and prints what it is meant to
# show.
# Usage: demo_test.sh DEMO ACL
set -euo pipefail

output=$("$1" "$2" tests/audit/small)

says() {
  grep -qF -- "$1" <<<"$output" || {
    printf '%s\n\nmissing: %s\n' "$output" "$1" >&2
    exit 1
  }
}

says 'group `audio`, through `mixers` still gives editor'
says 'acl: user `ann` created `voice:narrator` and stays admin'
says 'acme: 4 users, 3 groups, 4 repositories, 8 grants'
says 'user:ann on repository:shared: write'
says 'user:olga	admin'
says '{"status":"ok"}'
says '{"role":"editor","witness":{"source":"direct"}'
says 'user:cleo on voice:narrator'

# The process itself: exit codes, and messages on stderr.
"$2" --help >/dev/null
status=0
"$2" role nonsense voice:v 2>/dev/null || status=$?
((status == 3)) || { echo "exit code $status, not 3" >&2; exit 1; }
