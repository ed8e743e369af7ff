#!/usr/bin/env bash
# run.sh ACL: runs the official clients and schemathesis against servers that it
# starts.
# PROMTOOL is Prometheus's checker of metrics. Packages from npm and PyPI are
# skipped where their registry cannot be reached; those from PyPI are kept in
# .cache. SEED (1) is the seed for schemathesis.
# The last line is `N passed, N failed`.
set -euo pipefail
acl=$(realpath "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
python=$(realpath ../../..)/.cache/e2e-python

work=$(mktemp -d)
server=
passed=0
failed=0
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# start NAME: starts a server with the folder $work/NAME. Sets SERVER and the
# secrets ANN, BOB and OPERATOR.
start() {
  local folder=$work/$1
  mkdir "$folder"
  secret() { sed -n 's/.*"secret":"\([^"]*\)".*/\1/p'; }
  "$acl" init "$folder/data" --from world.yaml >/dev/null
  ANN=$("$acl" key create user:ann -w "$folder/data" --json | secret)
  BOB=$("$acl" key create user:bob -w "$folder/data" --json | secret)
  OPERATOR=$(head -c 48 /dev/urandom | base64)
  printf '%s\n' "$OPERATOR" >"$folder/operator.key"
  : >"$folder/err"
  "$acl" serve --data "$folder/data" --operator-key "$folder/operator.key" \
    --listen 127.0.0.1:0 >"$folder/log" 2>"$folder/err" &
  server=$!
  for _ in {1..100}; do
    SERVER=$(sed -n 's/^acl: listening on //p' "$folder/err")
    [[ -z $SERVER ]] || break
    sleep 0.1
  done
  [[ -n $SERVER ]] || { cat "$folder/err" >&2 && exit 1; }
  export SERVER ANN BOB
}

# The server must also exit successfully.
stop() {
  local status=0
  kill "$server" && wait "$server" || status=$?
  server=
  ((status == 0)) || failed=$((failed + 1))
}

# Creates the virtual environment unless it matches requirements.txt. Returns 1
# if it cannot be created, 2 if PyPI cannot be reached.
make_python() {
  ! cmp -s requirements.txt "$python/made-from" || return 0
  rm -rf "$python"
  mkdir -p "$(dirname "$python")"
  if /usr/bin/python3 -m venv "$python" && "$python/bin/pip" install --quiet \
    --disable-pip-version-check --retries 1 --timeout 20 -r requirements.txt &>"$work/pip"; then
    cp requirements.txt "$python/made-from"
    return 0
  fi
  ! grep -q 'Retrying (Retry(' "$work/pip" || return 2
  cat "$work/pip" >&2
  return 1
}

javascript_client() {
  if ! npm ci --no-audit --no-fund --ignore-scripts --loglevel=error &>"$work/npm"; then
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT' "$work/npm"; then
      printf 'skipped: the JavaScript client (npm'\''s registry can'\''t be reached)\n'
    else
      cat "$work/npm" >&2
      failed=$((failed + 1))
    fi
    return
  fi
  start javascript
  local ok not_ok status=0
  node --test-reporter=tap client_test.mjs >"$work/out" || status=$?
  cat "$work/out"
  stop
  ok=$(grep -c '^ok ' "$work/out") || true
  not_ok=$(grep -c '^not ok ' "$work/out") || true
  ((status == 0 || not_ok > 0)) || not_ok=1  # it failed before it could count
  passed=$((passed + ok))
  failed=$((failed + not_ok))
}

python_client() {
  start python
  local ok all status=0
  PYTHONDONTWRITEBYTECODE=1 "$python/bin/python" -W ignore::ResourceWarning \
    -m unittest -v client_test &>"$work/out" || status=$?
  cat "$work/out"
  stop
  ok=$(grep -c '^test_.* \.\.\. ok$' "$work/out") || true
  all=$(sed -n 's/^Ran \([0-9]*\) tests\? in .*/\1/p' "$work/out")
  ((status == 0 || all > ok)) || all=$((ok + 1))  # it failed before it could count
  passed=$((passed + ok))
  failed=$((failed + all - ok))
}

# schemathesis_as CALLER: runs schemathesis against a server of its own. The
# verdict for each route goes to $work/CALLER.xml, and the output to
# $work/CALLER.out.
schemathesis_as() {
  start "schemathesis-$1"
  local secret status=0 here=$PWD
  case $1 in
    ann) secret=$ANN ;;
    bob) secret=$BOB ;;
    operator) secret=$OPERATOR ;;
  esac
  # schemathesis writes files into the current directory. If it fetched the
  # document itself, it would not test the route that serves the document.
  (cd "$work/schemathesis-$1" && curl -fsS "$SERVER/openapi.yaml" -o openapi.yaml &&
    SECRET=$secret PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 "$python/bin/schemathesis" \
      --config-file "$here/schemathesis.toml" run openapi.yaml --url "$SERVER" --max-examples 15 \
      --seed "${SEED:-1}" --report junit --report-junit-path "$work/$1.xml") \
    &>"$work/$1.out" || status=1
  stop
  ((status == 0 && failed == 0))
}

# count_routes FILE: prints "PASSED FAILED".
count_routes() {
  "$python/bin/python" - "$1" <<'EOF'
import sys, xml.etree.ElementTree as ElementTree

cases = list(ElementTree.parse(sys.argv[1]).iter("testcase"))
bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
print(len(cases) - len(bad), len(bad))
EOF
}

# All callers run at the same time.
schemathesis() {
  local caller counted status
  local -A jobs
  for caller in ann bob operator; do
    (
      failed=0
      trap '[[ -z $server ]] || kill "$server" 2>/dev/null' EXIT
      schemathesis_as "$caller"
    ) &
    jobs[$caller]=$!
  done
  for caller in ann bob operator; do
    status=0
    wait "${jobs[$caller]}" || status=1
    counted=$(count_routes "$work/$caller.xml") || counted="0 1"
    # Checks that every route was asked.
    ((${counted% *} + ${counted#* } == $(grep -c '^      operationId: ' ../../../docs/openapi.yaml))) || status=1
    # A failure that belongs to no route.
    if ((status == 1)) && [[ $counted == *" 0" ]]; then counted="${counted% *} 1"; fi
    ((status == 0)) || cat "$work/$caller.out"
    printf 'schemathesis as %s: %d routes passed, %d failed; %s requests\n' "$caller" "${counted% *}" \
      "${counted#* }" "$(sed -n 's/^ *\([0-9]*\) generated.*/\1/p' "$work/$caller.out")"
    passed=$((passed + ${counted% *}))
    failed=$((failed + ${counted#* }))
  done
}

javascript_client
made=0
make_python || made=$?
if ((made == 0)); then
  python_client
  schemathesis
elif ((made == 2)); then
  printf 'skipped: the Python client (PyPI can'\''t be reached)\n'
  printf 'skipped: schemathesis (PyPI can'\''t be reached)\n'
else
  failed=$((failed + 1))
fi
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
