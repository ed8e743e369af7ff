#!/usr/bin/env bash
# Checks that every C++ snippet of a page is in the program, word for word, and
# that the program prints what it should.
# Usage: snippets.sh PROGRAM SOURCE PAGE
set -euo pipefail

python3 - "$2" "$3" <<'PYTHON'
import re
import sys

def stripped(text):
    return [line.strip() for line in text.splitlines()]

source, page = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
snippets = re.findall(r"^```cpp\n(.*?)^```$", page, re.M | re.S)
text = "\n" + "\n".join(stripped(source)) + "\n"
missing = [s for s in snippets if "\n" + "\n".join(stripped(s)) + "\n" not in text]
for snippet in missing:
    print("not in the program:\n" + snippet, file=sys.stderr)
sys.exit(1 if missing or not snippets else 0)
PYTHON

folder=$(mktemp -d "${TEST_TMPDIR:-/tmp}/guide.XXXXXX")
diff - <("$1" "$folder") <<'EXPECTED'
voice:narrator admin
studio: resource `voice:narrator` is not found, or not visible to the actor
revision 2
revision 2, answered before
1
user:ann: Bob joins the team
EXPECTED
