#!/usr/bin/env bash
# The completion scripts for bash and zsh complete what they should, and the
# manual page is well-formed.
# Usage: shells_test.sh ACL COMPLETE.ZSH
set -euo pipefail

acl=$(realpath "$1") complete_zsh=$(realpath "$2")
cd "$(mktemp -d -p "$TEST_TMPDIR")"
touch world.yaml 'my world.yaml'

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

source <("$acl" completion bash)

# offers EXPECTED WORD...: checks the completions of the last word, joined by
# commas.
offers() {
  local expected=$1 got
  shift
  COMP_WORDS=(acl "$@") COMP_CWORD=$# COMPREPLY=()
  _acl
  got=$(IFS=,; echo "${COMPREPLY[*]}")
  [[ $got == "$expected" ]] || fail "bash: acl $*: got \`$got\`, not \`$expected\`"
}

offers 'share' sha
offers 'check,convert,completion' c
offers '--world,--workspace' role --wo
offers 'my world.yaml' role -w my
offers 'world.yaml' convert wor
offers 'yaml' export --format y
offers 'zsh' completion z
offers 'peribolos' import peri
offers '--at' role --at
offers '--request-id' share --req
offers 'verify' journal ver
offers 'salvage' journal sal
offers 'world.yaml' diff wor
offers '--changes' diff --cha
offers 'world.yaml' diff a b --changes wor
offers 'world.yaml' init data --from wor
offers '' role user:

"$acl" completion zsh | zsh -n || fail "zsh: does not parse"
zsh -f "$complete_zsh" "$acl"

lint=$("$acl" man | mandoc -T lint -W warning | grep -v 'missing date' || true)
[[ -z $lint ]] || fail "$lint"
text=$("$acl" man | mandoc -T utf8 -O width=78 | col -b)
grep -q 'acl share RESOURCE TARGET ROLE' <<<"$text" || fail "$text"
