#!/usr/bin/env bash
# run_page.py accepts correct pages and refuses wrong ones.
# Usage: run_page_test.sh RUN_PAGE
set -euo pipefail
run=$(realpath "$1")
cd "$TEST_TMPDIR"

# page NAME < TEXT: creates a page, with ~~~ for its fences.
page() { sed 's/^~~~/```/' >"$1"; }

# passes PAGE..., refuses PAGE WORDS
passes() { "$run" /bin/true "$@" >/dev/null || { echo "$*: refused" >&2; exit 1; }; }
refuses() {
  local output
  if output=$("$run" /bin/true "$1" 2>&1); then echo "$1: passes" >&2; exit 1; fi
  grep -qF -- "$2" <<<"$output" || { printf '%s\nmissing: %s\n' "$output" "$2" >&2; exit 1; }
}

page right.md <<'PAGE'
~~~yaml
# some/file.yaml
key: value
~~~

~~~console
$ cat some/file.yaml
# some/file.yaml
key: value
$ printf 'a\nb\nc\n'
a
...
$ echo "port 8080 at" \
    2026-01-01T00:00:00Z
port 8080 at 2020-02-02T02:02:02Z
$ false
$ echo $?
1

$ echo an error >&2
an ...
~~~
PAGE
passes right.md

page next.md <<'PAGE'
~~~console
$ tail -n 1 some/file.yaml
key: value
~~~
PAGE
passes right.md next.md
refuses next.md 'next.md:2: $ tail'

page wrong.md <<'PAGE'
~~~console
$ echo yes
no
~~~
PAGE
refuses wrong.md 'wrong.md:2: $ echo yes'

page more.md <<'PAGE'
~~~console
$ printf 'a\nb\n'
a
~~~
PAGE
refuses more.md '1 of 1 commands print something else'

page ends.md <<'PAGE'
~~~console
$ exit 0
$ true
~~~
PAGE
refuses ends.md 'the shell ended before'

page none.md <<'PAGE'
~~~
$ echo not a transcript
~~~
PAGE
refuses none.md 'no commands in'

"$run" --update /bin/true wrong.md >/dev/null
passes wrong.md
grep -qx yes wrong.md
