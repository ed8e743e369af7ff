#!/usr/bin/env bash
# Runs every benchmark of engine_bench on a tiny world, those of journal_bench
# and growth_bench that are fast, and write_world_json.
set -euo pipefail
engine_bench=$1
write_world_json=$2
journal_bench=$3
growth_bench=$4

"$engine_bench" --world tiny --benchmark_min_time=0.0001 \
  --benchmark_out="$TEST_TMPDIR/out.json" --benchmark_out_format=json >/dev/null
"$write_world_json" tiny >"$TEST_TMPDIR/world.json"
if "$engine_bench" --world W9 2>"$TEST_TMPDIR/error"; then exit 1; fi
grep -qF 'there is no world `W9`' "$TEST_TMPDIR/error"

"$journal_bench" --world tiny --benchmark_min_time=0.0001 \
  --benchmark_filter='floor|durable_share/1/|role_in|checkpoint' \
  --benchmark_out="$TEST_TMPDIR/journal.json" --benchmark_out_format=json >/dev/null
"$growth_bench" --max_grants=10000 --benchmark_min_time=0.0001 \
  --benchmark_out="$TEST_TMPDIR/growth.json" --benchmark_out_format=json >/dev/null

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
    nested_readers/quiet nested_readers/beside_changes
    readers/1 readers/2 readers_beside_writer/1 readers_beside_writer/2
    floor_fdatasync durable_share/1/tiny role_in_folder/tiny
    checkpoint_write/tiny checkpoint_open/tiny growth/total/10000 growth_floor/total/10000
""".split()
results = json.load(open(folder + "/out.json"))
for more in ("journal", "growth"):
    results["benchmarks"] += json.load(open(f"{folder}/{more}.json"))["benchmarks"]
# The names without the suffixes that describe how time is measured.
measured = {b["name"].split("/iterations")[0].split("/manual_time")[0].split("/real_time")[0]: b
            for b in results["benchmarks"]}
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
