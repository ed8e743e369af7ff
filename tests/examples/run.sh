#!/usr/bin/env bash
# The README shows the example to the letter, and what the example prints.
# Usage: run.sh EXAMPLE SOURCE README
set -euo pipefail

# The text between two lines, without them.
between() { awk -v from="$1" -v to="$2" '$0 == to && on { exit } on; $0 == from { on = 1 }' "$3"; }

diff <(between '// [example]' '// [example]' "$2") <(between '```cpp' '```' "$3")
diff <("$1") <(between '```' '```' <(sed -n '/^It prints:$/,$p' "$3"))
