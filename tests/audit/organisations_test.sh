#!/usr/bin/env bash
# Tests on real organisations: the import, one digest in all encodings, who may
# administer what, and an earlier and a later state in one journal. The data is
# not in this repository: it is github.com/kubernetes/org of July 2025 and
# August 2026, a folder each.
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

"$acl" import peribolos "$data/2026-08" -o organisations.binpb
for ending in yaml json txtpb; do
  "$acl" convert organisations.binpb "organisations.$ending"
done
"$acl" validate organisations.* | tee report
digests=$(grep -c . <(grep digest report | sort -u))
((digests == 1)) || { echo "$digests digests" >&2; exit 1; }
"$acl" test etcd_io.yaml kubernetes.yaml

# For each organisation, one batch of changes turns the earlier state into the
# later one.
workspaces=$("$acl" import peribolos "$data/2025-07" -o before.binpb | cut -d: -f1)
"$acl" init data --from before.binpb
for workspace in $workspaces; do
  status=0
  "$acl" diff data organisations.binpb --workspace "$workspace" --changes changes.yaml || status=$?
  ((status == 1)) || { echo "$workspace: exit code $status" >&2; exit 1; }
  "$acl" apply changes.yaml -w data --workspace "$workspace" --as system --reason 'as of 2026-08' \
    --summary
done
"$acl" diff data organisations.binpb
# The journal must show the same differences as the two states.
diff <("$acl" diff before.binpb organisations.binpb) <("$acl" diff data@record:9 data)
"$acl" log -w data --summary | tee log
[[ $(grep -c 'reason: as of 2026-08' log) == $(wc -w <<<"$workspaces") ]]
"$acl" journal verify data
