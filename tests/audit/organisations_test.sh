#!/usr/bin/env bash
# Real organisations: the import, one digest in all encodings, and who may
# administer what. The data is github.com/kubernetes/org of August 2026, which is
# not in this repository:
#
#   ./dev test //tests/audit:organisations_test --test_env=ACL_ORGANISATIONS=/org
#
# Usage: organisations_test.sh ACL ASSERTIONS...
set -euo pipefail

acl=$(realpath "$1")
shift
data=${ACL_ORGANISATIONS:?names the folder of the data}
cp -L "$@" "$TEST_TMPDIR"
cd "$TEST_TMPDIR"

"$acl" import peribolos "$data" -o organisations.binpb
for ending in yaml json txtpb; do
  "$acl" convert organisations.binpb "organisations.$ending"
done
"$acl" validate organisations.* | tee report
digests=$(grep -c . <(grep digest report | sort -u))
((digests == 1)) || { echo "$digests digests" >&2; exit 1; }
"$acl" test etcd_io.yaml kubernetes.yaml
