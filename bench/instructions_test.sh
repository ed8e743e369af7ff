#!/usr/bin/env bash
# How many instructions a question takes, counted by callgrind, which no noise
# of the machine disturbs. A number that moves by more than a tenth has a
# reason: find it, and if it is a good one, write the new number here.
#
#   instructions_test.sh INSTRUCTION_COUNT
set -euo pipefail

count=$1
if ! command -v valgrind >/dev/null; then
  echo "SKIPPED: there is no valgrind" && exit 0
fi
if [[ $(uname -m) != x86_64 ]]; then
  echo "SKIPPED: the numbers are those of x86-64, this is $(uname -m)" && exit 0
fi

# Compiler, assertions, SIMD, way, instructions a question. Clang makes vectors of the
# portable code by itself.
expected=(
  "gcc off portable by_handle/single 1345"
  "gcc off portable by_handle/batch32 1271"
  "gcc off portable by_string/single 2067"
  "gcc off portable by_string/batch32 1914"
  "gcc off avx2 by_handle/single 404"
  "gcc off avx2 by_handle/batch32 333"
  "gcc off avx2 by_string/single 1129"
  "gcc off avx2 by_string/batch32 991"
  "clang on portable by_handle/single 624"
  "clang on portable by_handle/batch32 527"
  "clang on portable by_string/single 1302"
  "clang on portable by_string/batch32 1150"
  "clang on avx2 by_handle/single 422"
  "clang on avx2 by_handle/batch32 320"
  "clang on avx2 by_string/single 1111"
  "clang on avx2 by_string/batch32 950"
)
build=$("$count" build)

# Of the whole process.
instructions() { # SIMD WAY COUNT
  ACL_SIMD=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$count" "$2" "$3" 2>&1 | sed -n 's/.*Collected : *//p'
}

status=0
counted=0
for line in "${expected[@]}"; do
  read -r compiler assertions simd way wanted <<<"$line"
  [[ "$compiler $assertions" == "$build" ]] || continue
  if [[ $simd == avx2 ]] && ! grep -q -w avx2 /proc/cpuinfo; then
    echo "SKIPPED: this machine has no AVX2"
    continue
  fi
  counted=$((counted + 1))
  few=$(instructions "$simd" "$way" 1024)
  many=$(instructions "$simd" "$way" 9216)
  each=$(((many - few) / 8192))
  verdict=ok
  if ((each * 10 > wanted * 11 || each * 10 < wanted * 9)); then
    verdict="FAILED, expected $wanted" status=1
  fi
  printf '%-6s %-9s %-18s %5d instructions  %s\n' "$compiler" "$simd" "$way" "$each" "$verdict"
done
if ((counted == 0)); then
  echo "SKIPPED: no numbers for this build: $build"
fi
exit "$status"
