#!/usr/bin/env bash
# Checks that the README shows the example word for word, and the output that
# the example prints.
# Usage: run.sh EXAMPLE SOURCE README
set -euo pipefail

# Prints the text between two lines, without these lines.
between() { awk -v from="$1" -v to="$2" '$0 == to && on { exit } on; $0 == from { on = 1 }' "$3"; }

diff <(between '// [example]' '// [example]' "$2") <(between '```cpp' '```' "$3")
diff <("$1") <(between '```' '```' <(sed -n '/^It prints:$/,$p' "$3"))
