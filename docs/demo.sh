#!/usr/bin/env bash
# The demo: `./dev demo [DIR]` runs it with the acl command that it has built.
# An audio studio first; then, where DIR is given, the GitHub organisations whose
# Peribolos configuration it holds; then the studio behind a server.
set -euo pipefail

acl=$(realpath "$1")
folder=${2-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ACL_WORLD=$work/studio.yaml

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} ]]; then bold=$'\033[1m' plain=$'\033[0m'; fi

tell() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Shows a command as one would type it, and what it answers. A refusal or a
# denial is an answer too.
show() {
  printf '\n  $ acl'
  printf ' %s' "$@"
  printf '\n'
  "$acl" "$@" 2>&1 | sed 's/^/    /' || true
}

cat >"$ACL_WORLD" <<'WORLD'
workspaces:
  - id: studio
    users:
      - {id: ann, email: ann@studio.example, name: Ann}
      - {id: bob, email: bob@studio.example, name: Bob}
      - {id: cleo, email: cleo@studio.example, name: Cleo}
      - {id: dora, email: dora@studio.example, name: Dora, workspace_admin: true}
      - {id: eli, email: eli@studio.example, name: Eli, locked: true}
    service_accounts:
      - {id: renderer, name: Night renderer, email: renderer@studio.example}
    api_keys:
      - {id: render-day, owner: "service_account:renderer"}
      - {id: render-night, owner: "service_account:renderer", disabled: true}
    groups:
      - id: audio
        name: Audio department
        members: ["group:mixers", "user:eli"]
      - id: mixers
        name: Mixing engineers
        members: ["user:bob"]
    resources:
      - type: voice
        id: narrator
        name: Narrator, warm
        creator: user:ann
        grants:
          - {target: default, role: viewer}
          - {target: "group:audio", role: editor}
          - {target: "service_account:renderer", role: commenter}
      - type: convai_agents
        id: front-desk
        name: Front desk
        creator: user:cleo
        grants:
          - {target: "group:mixers", role: viewer}
WORLD

tell "An audio studio: two people in nested groups, a renderer with two keys, a voice that everybody may hear."
tell "What may Bob do with the narrator's voice, and why?"
show role user:bob voice:narrator
show explain user:bob voice:narrator

tell "The renderer acts through its keys. One of them is disabled."
show role key:render-day voice:narrator
show explain key:render-night voice:narrator

tell "Eli is locked: his group still has its grant, but it does not count for him."
show explain user:eli voice:narrator --role editor

tell "Ann created the voice. She lowers Bob to viewer: the receipt says why that changes nothing for him."
show share voice:narrator user:bob viewer --as user:ann

tell "First ask what would happen, then do it: the audio department goes down to commenter."
show share voice:narrator group:audio commenter --as user:ann --dry-run
show share voice:narrator group:audio commenter --as user:ann
show role user:bob voice:narrator

tell "A key stands for its service account: sharing with one is sharing with the account."
show share voice:narrator key:render-day editor --as user:ann
show role key:render-day voice:narrator

tell "Bob can't share it, and nobody can take the voice from Ann, not even a workspace admin."
show share voice:narrator user:cleo editor --as user:bob
show unshare voice:narrator user:ann --as user:dora

tell "Who may do what, in the end?"
show who voice:narrator
show what user:bob
show matrix

# The organisations in a folder.
github() {
  export ACL_WORLD=$work/github.binpb
  tell "And a real one: the GitHub organisations in $folder."
  printf '\n  $ acl import peribolos DIR -o github.binpb\n'
  "$acl" import peribolos "$folder" -o "$ACL_WORLD" | sed 's/^/    /'

  # The organisation, repository and team member to look at: the pair whose role
  # comes from a team and is the highest.
  tell "Every pair of a person and a repository with a role, by role:"
  "$acl" matrix >"$work/matrix.csv"
  tail -n +2 "$work/matrix.csv" | cut -d, -f1,6 | sort | uniq -c | sort -k2,2 -t' ' |
    awk '{ printf "    %8d  %s\n", $1, $2 }' | sort -k2

  pick=$(tail -n +2 "$work/matrix.csv" | grep -E ',(maintain|write)$' | head -n 1 || true)
  if [[ -n $pick ]]; then
    IFS=, read -r org kind user type repo role <<<"$pick"
    tell "Why may $user $role on $org/$repo? And what would make it admin?"
    show explain "$kind:$user" "$type:$repo" --role admin --workspace "$org"
    tell "Who can administer $org/$repo?"
    show who "$type:$repo" --min-role admin --workspace "$org"
  fi
}
[[ -z $folder ]] || github

tell "The same over HTTP: a journal folder, a key for Ann, a server for a moment, and a share by curl."
cd "$work"
show init data --from studio.yaml
secret=$("$acl" key create user:ann -w data --json | sed 's/.*"secret":"\([^"]*\)".*/\1/')
printf '\n  $ acl key create user:ann -w data\n  $ acl serve --data data --listen 127.0.0.1:0 &\n'
: >serve
"$acl" serve --data data --listen 127.0.0.1:0 --quiet 2>serve &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in {1..100}; do
  url=$(sed -n 's/^acl: listening on //p' serve)
  [[ -z $url ]] || break
  sleep 0.1
done

# Shows a request as one would type it, and what the server answers.
ask() {
  printf '\n  $ curl'
  local word
  for word in "${@//$url/\$URL}"; do
    if [[ $word == *[\"\&\ ]* && $word != *\$* ]]; then word="'$word'"; fi
    if [[ $word == *\&* && $word == *\$* ]]; then word="\"$word\""; fi
    printf ' %s' "$word"
  done
  printf '\n'
  curl -sS -H "xi-api-key: $secret" "$@" | sed 's/^/    /; $a\' || true
}
ask "$url/v1/workspace/resources/narrator/share" -H 'content-type: application/json' \
  -d '{"role":"editor","resource_type":"voice","user_email":"cleo@studio.example"}'
ask "$url/acl/v1/role?subject=user:cleo&resource=voice:narrator"
kill "$server"
wait "$server" || true
show log -w data --limit 1
