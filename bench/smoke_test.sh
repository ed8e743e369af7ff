#!/usr/bin/env bash
# Every benchmark runs on a tiny world: engine_bench, write_world_json.
set -euo pipefail
engine_bench=$1
write_world_json=$2

"$engine_bench" --world tiny --benchmark_min_time=0.0001 \
  --benchmark_out="$TEST_TMPDIR/out.json" --benchmark_out_format=json >/dev/null
"$write_world_json" tiny >"$TEST_TMPDIR/world.json"
if "$engine_bench" --world W9 2>"$TEST_TMPDIR/error"; then exit 1; fi
grep -qF 'there is no world `W9`' "$TEST_TMPDIR/error"

python3 - "$TEST_TMPDIR" <<'PYTHON'
import json, sys

folder = sys.argv[1]
expected = """
    floor_handle/tiny/batch32 floor_handle/tiny/single
    floor_string/tiny/batch32 floor_string/tiny/single
    role_by_handle/tiny/batch32 role_by_handle/tiny/single
    role_by_string/tiny/batch32 role_by_string/tiny/single
    check_denied/tiny explain/tiny list_resources/tiny list_principals/tiny
    matrix_visit/tiny bytes_per_grant/tiny share/tiny/override share/tiny/new
    load/tiny peer_unordered_map/tiny peer_flat_hash_map/tiny
    nested_membership nested_membership/leaf snapshot_hold
    readers/1 readers/2 readers_beside_writer/1 readers_beside_writer/2
""".split()
results = json.load(open(folder + "/out.json"))
measured = {b["name"]: b for b in results["benchmarks"]}
missing = [name for name in expected if name not in measured]
assert not missing, missing
broken = [name for name, b in measured.items() if b.get("error_occurred") or b["cpu_time"] <= 0]
assert not broken, broken
assert results["context"]["cpu"], "no machine"

world = json.load(open(folder + "/world.json"))
assert len(world["groups_of"]) == 200 and len(world["grants"]) == 100
assert sum(map(len, world["grants"])) == 1000
assert {role for _, _, role in world["queries"]} <= set(range(5))
PYTHON
