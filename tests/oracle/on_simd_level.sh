#!/usr/bin/env bash
# Runs tests with a slower search of the hot path than this machine has:
#
#   on_simd_level.sh LEVEL TEST...
set -uo pipefail

level=$1
shift
if [[ $level == avx2 ]] && ! grep -qw avx2 /proc/cpuinfo; then
  echo "SKIPPED: this machine has no AVX2"
  # Skipping must be visible in the results, too.
  cat >"$XML_OUTPUT_FILE" <<'EOF'
<testsuites><testsuite name="avx2" tests="1" skipped="1">
<testcase name="avx2"><skipped message="this machine has no AVX2"/></testcase>
</testsuite></testsuites>
EOF
  exit 0
fi
# These belong to this test, not to those that it runs.
unset XML_OUTPUT_FILE TEST_PREMATURE_EXIT_FILE
failed=0
for test in "$@"; do
  if ACL_SIMD=$level "$test" &>"$TEST_TMPDIR/log"; then
    [[ -z ${ACL_EXHAUSTIVE-} ]] || cat "$TEST_TMPDIR/log"  # the counts
    echo "ok      $test"
  else
    cat "$TEST_TMPDIR/log"
    echo "FAILED  $test"
    failed=1
  fi
done
exit "$failed"
