#!/usr/bin/env bash
# Builds and runs a service that lives in another workspace and depends on acl:
# once with everything from acl_deps(), once with an Abseil of its own.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

# A cache of its own; --batch leaves no server behind. Shared libraries and
# programs take the same objects.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/acl-embedding

# expect WORKSPACE LINE: builds it with the machine's default compiler, without
# warnings, and the service must print LINE.
expect() {
  local output
  if output=$(cd "$1" && bazel --output_user_root="$cache" --batch test \
    --per_file_copt='^external/acl/acl/.*[.]cc$@-Wall,-Wextra,-Werror' \
    --force_pic --noshow_progress --test_output=all --nocache_test_results //... 2>&1) &&
    grep -qxF "$2" <<<"$output"; then
    printf '%s: %s\n' "$1" "$2"
  else
    printf '%s\n' "$output" "$1: failed; it should print: $2" >&2
    return 1
  fi
}

expect service "absl is from acl_deps()"
expect service_own_absl "absl is the service's own"
