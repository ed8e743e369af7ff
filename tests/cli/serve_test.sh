#!/usr/bin/env bash
# Tests the server as people run it: `serve_test.sh ACL`.
set -euo pipefail

acl=$(realpath "$1")
cd "$(mktemp -d)"
server=
trap '[[ -z $server ]] || kill -9 "$server" 2>/dev/null || true' EXIT

fail() { printf '%s\n' "$*" >&2 && exit 1; }

# expect CODE WORDS COMMAND...: the command must exit with CODE and print WORDS.
expect() {
  local code=$1 words=$2 status=0 output
  shift 2
  output=$("$@" 2>&1 </dev/null) || status=$?
  ((status == code)) || fail "exit code $status, not $code: $* said: $output"
  grep -qF -- "$words" <<<"$output" || fail "$* did not say '$words': $output"
}

# start OPTION...: starts the server and sets `url`.
start() {
  : >err
  "$acl" serve "$@" --listen 127.0.0.1:0 >log 2>err &
  server=$!
  for _ in {1..200}; do
    url=$(sed -n 's/^acl: listening on //p' err)
    [[ -z $url ]] || return 0
    kill -0 "$server" 2>/dev/null || fail "it ended: $(cat err)"
    sleep 0.05
  done
  fail "it does not listen: $(cat err)"
}

# stop SIGNAL: sends the signal; the server must end by itself with code 0.
stop() {
  kill "-$1" "$server"
  local status=0
  wait "$server" || status=$?
  server=
  ((status == 0)) || fail "exit code $status after $1"
}

cat >world.yaml <<'WORLD'
workspaces:
  - id: studio
    users: [{id: ann, email: ann@x.io, workspace_admin: true}, {id: bob, email: bob@x.io}]
    resources: [{type: voice, id: v, creator: "user:ann"}]
WORLD
printf 'short' >short.key
head -c 32 /dev/urandom | base64 >operator.key

expect 3 '`--data FOLDER`, or `--memory`' "$acl" serve
expect 3 '--data excludes --memory' "$acl" serve --memory --data data
expect 3 'give HOST:PORT' "$acl" serve --memory --listen nowhere
expect 3 'at least 32' "$acl" serve --memory --operator-key short.key
expect 1 'No such file' "$acl" serve --memory --world none.yaml
# With a world that cannot be imported, the server never listens, so it is never
# ready.
printf 'workspaces: [{id: studio, users: [{id: ann}, {id: ann}]}]\n' >bad.yaml
expect 3 'bad.yaml' "$acl" serve --memory --world bad.yaml --listen 127.0.0.1:0

# More threads than the system has room for are an error message, not a crash.
# This cannot be tested where the program itself does not fit into the limit
# (with sanitizers).
if (ulimit -v 8000000 && "$acl" --help >/dev/null 2>&1); then
  limited() { (ulimit -v 8000000 && exec "$acl" "$@"); }
  for threads in '--waiting-threads 4096' '--io-threads 256 --waiting-threads 1024'; do
    # shellcheck disable=SC2086
    expect 1 "can't start the server's" limited serve --memory --listen 127.0.0.1:0 $threads
  done
fi

# Starts a folder from a world, and creates the first key of an empty server.
"$acl" init data --from world.yaml >/dev/null
secret=$("$acl" key create user:ann -w data --json | sed -n 's/.*"secret":"\([^"]*\)".*/\1/p')
[[ $secret == sk_* ]] || fail "no secret: $secret"
expect 1 'is not in the workspace' "$acl" key create user:eve -w data
expect 3 '`--name` `a\u{7f}` has a control character' "$acl" key create user:ann -w data --name $'a\x7f'
! grep -rqF -- "${secret##*.}" data || fail "the secret is in the folder"

start --data data --operator-key operator.key
grep -q '^acl: data: 3 records$' err || fail "$(cat err)"
expect 1 'another engine writes to data' "$acl" serve --data data --listen 127.0.0.1:0
expect 1 'another engine writes to data' "$acl" key create user:ann -w data
expect 1 'in use' "$acl" serve --memory --listen "${url#http://}"
[[ $(curl -sS "$url/healthz") == '{"status":"ok"}' ]] || fail "healthz"
[[ $(curl -sS -H "xi-api-key: $secret" -H 'content-type: application/json' \
  -d '{"role":"editor","resource_type":"voice","user_email":"bob@x.io"}' \
  "$url/v1/workspace/resources/v/share") == '{"status":"ok"}' ]] || fail "share"
# Readers can read the folder while it is served; the past can also be asked
# over HTTP.
expect 0 'editor' "$acl" role user:bob voice:v -w data
curl -sS -H "xi-api-key: $secret" "$url/acl/v1/role?subject=user:bob&resource=voice:v&at=1" |
  grep -q '"role":"none"' || fail "the past"
[[ $(curl -sS -H "xi-api-key: $(cat operator.key)" "$url/acl/v1/workspaces") == \
  '{"workspaces":["studio"]}' ]] || fail "operator"
stop TERM
grep -q '"route":"/v1/workspace/resources/{}/share","status":200' log || fail "$(cat log)"
! grep -qF -- "${secret##*.}" log || fail "the secret is in the log"
expect 0 'whole' "$acl" journal verify data

# Shares persist, and --world is only for an empty folder.
expect 3 'has the workspace `studio`; leave `--world` out' \
  "$acl" serve --data data --world world.yaml --listen 127.0.0.1:0
start --data data
! grep -q 'not closed properly' err || fail "$(cat err)"
curl -sS -H "xi-api-key: $secret" "$url/acl/v1/role?subject=user:bob&resource=voice:v" |
  grep -q '"role":"editor"' || fail "it is gone"
curl -sS -H "xi-api-key: $secret" -H 'content-type: application/json' \
  -d '{"resource_type":"voice","user_email":"bob@x.io"}' \
  "$url/v1/workspace/resources/v/unshare" >/dev/null
kill -9 "$server"
wait "$server" 2>/dev/null || true
server=
start --data data --quiet
grep -q 'not closed properly' err || fail "$(cat err)"
curl -sS "$url/healthz" >/dev/null
stop INT
[[ ! -s log ]] || fail "quiet: $(cat log)"

# A journal that cannot be closed is reported, and nothing is lost.
start --data data --quiet
for role in viewer editor viewer editor; do
  curl -sS -H "xi-api-key: $secret" -H 'content-type: application/json' \
    -d '{"role":"'"$role"'","resource_type":"voice","user_email":"bob@x.io"}' \
    "$url/v1/workspace/resources/v/share" >/dev/null
done
# The last file can no longer grow.
prlimit --pid "$server" --fsize="$(stat -c %s data/journal-* | tail -1)"
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
((status == 1)) || fail "exit code $status of a journal that could not be closed"
grep -q '^acl: .*data' err || fail "$(cat err)"
start --data data --quiet
grep -q 'not closed properly' err || fail "$(cat err)"
stop TERM

# The reader of the log may go away.
: >err
(set +o pipefail; { "$acl" serve --memory --listen 127.0.0.1:0 2>err & echo "$!" >pid; wait; } | head -n 1 >first) &
for _ in {1..200}; do
  url=$(sed -n 's/^acl: listening on //p' err)
  [[ -z $url ]] || break
  sleep 0.05
done
for _ in {1..5}; do
  [[ $(curl -sS "$url/healthz") == '{"status":"ok"}' ]] || fail "it ended with its log"
done
grep -q '"route":"/healthz"' first || fail "$(cat first)"
kill -9 "$(cat pid)"
wait

# A key that asks too often: two requests at once are allowed, and the next one
# after a while.
"$acl" init rated --from world.yaml >/dev/null
rated=$("$acl" key create user:ann -w rated --json | sed -n 's/.*"secret":"\([^"]*\)".*/\1/p')
start --data rated --rate 0.01 --rate-burst 2
statuses=
for _ in 1 2 3; do
  statuses+=" $(curl -sS -D head -o body -w '%{http_code}' -H "xi-api-key: $rated" "$url/v1/workspace/members")"
done
[[ $statuses == " 200 200 429" ]] || fail "rate:$statuses"
grep -qi '^retry-after: [0-9]' head || fail "$(cat head)"
grep -q '"type":"rate_limit_error"' body || fail "$(cat body)"
[[ $(curl -sS "$url/healthz") == '{"status":"ok"}' ]] || fail "healthz of a busy key"
stop TERM

# Deeply nested JSON.
start --memory --world world.yaml --max-depth 2
curl -sS -d '{"a":{"b":{}}}' -H 'content-type: application/json' "$url/acl/v1/changes" |
  grep -q json_invalid || fail "depth"
curl -sS -d '{"a":{}}' -H 'content-type: application/json' "$url/acl/v1/changes" |
  grep -q 'Field required' || fail "no depth"
stop TERM

# With TLS, in memory, starting from a world.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout key.pem -out cert.pem 2>/dev/null
expect 3 'cert.pem' "$acl" serve --memory --tls-cert cert.pem --tls-key cert.pem --listen 127.0.0.1:0
start --memory --world world.yaml --tls-cert cert.pem --tls-key key.pem
grep -q 'in memory alone; world imported' err || fail "$(cat err)"
[[ $url == https://* ]] || fail "$url"
[[ $(curl -sSk "$url/readyz") == '{"status":"ok"}' ]] || fail "readyz over TLS"
stop TERM
echo "the server starts, serves, stops and starts again"
