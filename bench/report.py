#!/usr/bin/python3
"""Turns the raw results of one run into a table and plots.

    report.py FOLDER

FOLDER has the JSON files that ./dev bench writes there: engine.json,
sqlite.json, journal.json, growth.json, peers.json; those that are missing are
left out. Adds table.md and, if Matplotlib is there, SVG files. Prints the table.

Every ratio is between medians of one process of one run.
"""

import json
import os
import sys

RAW = ("engine", "sqlite", "journal", "peers", "growth")


class Results:
    """Medians of one JSON file, by the benchmark's name."""

    def __init__(self, path):
        self.context, self.rows = {}, {}
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            return  # not measured, or the filter matched nothing
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)
        self.context = raw["context"]
        for row in raw["benchmarks"]:
            name = row["run_name"].removesuffix("/real_time")
            if row.get("aggregate_name") == "median":
                self.rows[name] = row
            elif row.get("run_type") == "iteration" and row.get("repetitions", 0) <= 1:
                self.rows[name] = row

    def __contains__(self, name):
        return name in self.rows

    def ns(self, name):
        scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
        row = self.rows[name]
        return row["cpu_time"] * scale[row["time_unit"]]

    def waiting(self, name):
        """How much longer a thread took than it had a processor."""
        return self.rows[name]["real_time"] / self.rows[name]["cpu_time"]

    def counter(self, name, key):
        return self.rows[name][key]

    def named(self, prefix):
        """The one row whose name begins so, without what Benchmark adds."""
        return next((row for name, row in self.rows.items()
                     if name == prefix or name.startswith(prefix + "/")), None)


def short(value):
    """A number with three digits and thousands."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def times(value):
    return f"{short(value)} ×"


class Table:
    def __init__(self):
        self.lines = []

    def head(self, *cells):
        if self.lines:
            self.lines.append("")
        self.row(*cells)
        self.row(*["---"] * len(cells))

    def row(self, *cells):
        self.lines.append("| " + " | ".join(cells) + " |")


def verdict(value, target, at_most):
    return "met" if (value <= target if at_most else value >= target) else "**missed**"


# The maximum ratio to the floor, by world and kind of question.
ROLE_TARGETS = {
    ("W1", "handle", "single"): 1.8,
    ("W1", "handle", "batch32"): 1.4,
    ("W1", "string", "single"): 3,
    ("W1", "string", "batch32"): 2,
    ("W2", "handle", "batch32"): 2,
    ("W3", "handle", "batch32"): 2,
}


def roles(table, engine, world):
    table.head("effective role, " + world, "floor", "acl", "ratio", "target", "")
    for by in ("handle", "string"):
        for how in ("single", "batch32"):
            role, floor = f"role_by_{by}/{world}/{how}", f"floor_{by}/{world}/{how}"
            if role not in engine:
                continue
            if floor not in engine:  # the floor takes as much memory as the world itself
                wanted = 450 if (world, how) == ("W3", "batch32") else None
                table.row(f"by {by}, {how}", "", short(engine.ns(role)) + " ns", "",
                          f"≤ {wanted} ns" if wanted else "",
                          verdict(engine.ns(role), wanted, True) if wanted else "")
                continue
            ratio = engine.ns(role) / engine.ns(floor)
            target = ROLE_TARGETS.get((world, by, how))
            table.row(f"by {by}, {how}", short(engine.ns(floor)) + " ns",
                      short(engine.ns(role)) + " ns", times(ratio),
                      f"≤ {target} ×" if target else "",
                      verdict(ratio, target, True) if target else "")


# The minimum rate in items per second, of one world or of every world from W1
# on.
RATES = {
    "share/W1/override": 1e6, "share/W1/new": 4e5,
    "share/W2/override": 5e5, "share/W2/new": 2e5,
    "list_resources": 2e7, "list_principals": 2e7, "load": 3e6,
}


def rate_rows(table, engine, world):
    rows = [(f"share/{world}/override", "share, override", "shares/s"),
            (f"share/{world}/new", "share, new", "shares/s"),
            (f"list_resources/{world}", "what a user can access", "pairs/s"),
            (f"list_principals/{world}", "who can access a resource", "pairs/s"),
            (f"load/{world}", "load from a binary file", "grants/s")]
    for name, words, unit in rows:
        if name not in engine:
            continue
        rate = engine.counter(name, "items_per_second")
        target = RATES.get(name, RATES.get(name.split("/")[0]))
        if target and world not in ("W1", "W2", "W3"):
            target = None
        table.row(words, f"{short(rate)} {unit}", f"≥ {short(target)}" if target else "",
                  verdict(rate, target, False) if target else "")


def other_rows(table, engine, world):
    name = f"matrix_visit/{world}"
    if name in engine:
        rate = engine.counter(name, "items_per_second")
        seconds = engine.counter(name, "pairs_of_world") / rate
        table.row("visit the matrix", f"{short(rate)} pairs/s; all at that rate: {short(seconds)} s",
                  "all in ≤ 10 s" if world == "W1" else "",
                  verdict(seconds, 10, True) if world == "W1" else "")
    memory_rows(table, engine, world)
    for name, words in ((f"check_denied/{world}", "check that is denied, by handle"),
                        (f"explain/{world}", "explain")):
        if name in engine:
            table.row(words, short(engine.ns(name)) + " ns", "", "")


def memory_rows(table, engine, world):
    name = f"bytes_per_grant/{world}"
    if name not in engine:
        return
    value = engine.counter(name, "bytes_per_grant")
    target = {"W2": 24, "W3": 16 * 2**30 / 1e9}.get(world)
    table.row("memory", f"{short(value)} bytes per grant",
              f"≤ {short(target)}" if target else "",
              verdict(value, target, True) if target else "")
    rows = sum(engine.counter(name, part) for part in ("grants", "members", "directories"))
    target = 9 if world == "W2" else None
    table.row("memory without ids and what points back", f"{short(rows)} bytes per grant",
              f"≤ {target}" if target else "", verdict(rows, target, True) if target else "")
    grants, target = {"W2": (1e8, 3e6), "W3": (1e9, 2e7)}.get(world, (None, None))
    if grants:
        rate = grants / engine.counter(name, "load_seconds")
        table.row("load from the generator, ids included", f"{short(rate)} grants/s",
                  f"≥ {short(target)}" + (" rows/s" if world == "W3" else ""),
                  verdict(rate, target, False))


def common_rows(table, engine):
    for name, words in (("nested_membership", "membership above 5 levels and 10,000 users"),
                        ("nested_membership/leaf", "membership of a user, 5 levels below")):
        if name in engine:
            table.row(words, short(engine.ns(name)) + " ns", "≤ 1,000,000 ns",
                      verdict(engine.ns(name), 1e6, True))
    quiet, beside = "nested_readers/quiet", "nested_readers/beside_changes"
    if quiet in engine and beside in engine:
        ratio = engine.ns(beside) / engine.ns(quiet)
        changes = engine.counter(beside, "changes_per_second")
        shown = changes >= 0.9 * 30_000 and engine.waiting(beside) < 1.5
        table.row(f"a role in these groups, beside {short(changes)} membership changes/s",
                  f"{short(engine.ns(beside))} ns, {times(ratio)} those alone",
                  "unharmed (≤ 1.1 ×)", verdict(ratio, 1.1, True) if shown
                  else "**not shown**, machine busy")
    if "snapshot_hold" in engine:
        table.row("share while a snapshot is held", short(engine.ns("snapshot_hold")) + " ns", "", "")
    if "readers/1" not in engine:
        return
    for name, target in (("readers/2", 1.9), ("readers_beside_writer/2", 1.7)):
        if name not in engine:
            continue
        speedup = 2 * engine.ns("readers/1") / engine.ns(name)
        words = "two readers against one"
        if "writer" in name:
            changes = engine.counter(name, "changes_per_second")
            words += f", beside {short(changes)} changes/s (30,000 wanted)"
            shown = changes >= 0.9 * 30_000 and engine.waiting(name) < 1.5
        else:
            shown = engine.waiting(name) < 1.15  # otherwise they did not all run at once
        table.row(words, times(speedup), f"≥ {target} ×",
                  verdict(speedup, target, False) if shown else "**not shown**, machine busy")


def journal_rows(table, journal, world):
    syncs = journal.named("floor_fdatasync")
    if syncs is None:
        return
    syncs = syncs["items_per_second"]
    table.head("in a folder, " + world, "measured", "target", "")
    table.row("syncs of the disk, one after the other", f"{short(syncs)}/s", "", "")
    for callers in (1, 16, 256):
        row = journal.named(f"durable_share/{callers}/{world}")
        if row is None:
            continue
        rate, per_sync = row["items_per_second"], row["per_sync"]
        wanted = 50 if callers == 256 else None
        table.row(f"shares by {callers} caller" + "s" * (callers > 1),
                  f"{short(rate)}/s, {times(rate / syncs)} the syncs; {short(per_sync)} a sync",
                  f"≥ {wanted} a sync" if wanted else "",
                  verdict(per_sync, wanted, False) if wanted else "")
    row = journal.named(f"role_in_folder/{world}")
    if row is not None:
        ratio = row["ns_in_folder"] / row["ns_in_memory"]
        table.row("a role by string, against an engine in memory", times(ratio),
                  "no cost (≤ 1.05 ×)", verdict(ratio, 1.05, True))
    for name, words, unit, target in (
            ("checkpoint_write", "write a checkpoint", "grants/s", None),
            ("checkpoint_open", "open from a checkpoint", "grants/s", 5e6),
            ("open_after_changes", "open after a million changes", "changes/s", 2e5)):
        row = journal.named(f"{name}/{world}")
        if row is None:
            continue
        rate = row["items_per_second"]
        table.row(words, f"{short(rate)} {unit}", f"≥ {short(target)}" if target else "",
                  verdict(rate, target, False) if target else "")


def peer_rows(table, results, world):
    rows = []
    for source in results.values():
        for name in source.rows:
            if not name.startswith("peer_") or not name.endswith("/" + world):
                continue
            ours = "handle" if "flat_hash_map" in name else "string"
            asked = f"role_by_{ours}/{world}/single"
            # Node's engines run in a process of their own.
            beside = source if asked in source else results["engine"]
            ratio = source.ns(name) / beside.ns(asked) if asked in beside else None
            rows.append((source.ns(name), name[len("peer_"):-len(world) - 1], ours, ratio))
    if not rows:
        return
    table.head("peers, " + world, "per question", "times acl")
    for ns, name, ours, ratio in sorted(rows):
        table.row(name.replace("_", " ").replace("flat hash map", "flat_hash_map of numbers")
                  .replace("unordered map", "unordered_map of strings"),
                  short(ns) + " ns", f"{times(ratio)} (by {ours})" if ratio else "")


def worlds_of(engine):
    names = {name.split("/")[1] for name in engine.rows if name.startswith(("role_by", "load"))}
    return sorted(names)


def head_lines(results):
    context = next((r.context for r in results.values() if "cpu" in r.context), {})
    lines = []
    if context:
        caches = ", ".join(f"L{c['level']}{c['type'][0].lower() if c['level'] == 1 else ''} "
                           f"{c['size'] // 1024} KiB" for c in context["caches"])
        lines.append(f"{context['num_cpus']} processors ({context['cpu']}; {caches}), "
                     f"{int(context['memory'].split()[0]) >> 20} GiB, huge pages "
                     f"`{context['huge_pages']}`; GCC {context['compiler']}, optimized: "
                     f"{context['optimized']}, assertions: {context['assertions']}; "
                     f"load before the run {context['load_avg'][0]:.1f}. Thread CPU time, "
                     "loads by the clock; medians.")
        if context["library_build_type"] != "release":
            lines.append("Debian builds Google Benchmark with its assertions: the loop around "
                         "a question costs a little more than it had to, on both sides.")
        if context["load_avg"] and context["load_avg"][0] > 1:
            lines.append("**Other programs were running**: caches and memory were shared, "
                         "so absolute times are too long; compare the ratios.")
        lines.append("")
    return lines


def write_table(folder, results):
    engine = results["engine"]
    table = Table()
    worlds = worlds_of(engine)
    for world in worlds:
        roles(table, engine, world)
    for world in worlds:
        table.head("other work, " + world, "measured", "target", "")
        rate_rows(table, engine, world)
        other_rows(table, engine, world)
    if any(name in engine for name in ("nested_membership", "readers/1", "snapshot_hold")):
        table.head("on one world", "measured", "target", "")
        common_rows(table, engine)
    journal = results["journal"]
    for world in sorted({n.split("/")[1] for n in journal.rows if n.startswith("role_in")}):
        journal_rows(table, journal, world)
    for world in sorted({n.rsplit("/", 1)[1] for r in results.values() for n in r.rows
                         if n.startswith("peer_")}):
        peer_rows(table, results, world)
    text = "\n".join(head_lines(results) + table.lines) + "\n"
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


CURVES = {
    "groups_per_user": "groups per user",
    "grants_per_resource": "grants per resource",
    "total": "grants in all (10 per resource)",
    "nesting": "levels of nesting (16 groups per user in all)",
}


def points(growth, kind, curve):
    prefix = f"{kind}/{curve}/"
    found = [(int(name[len(prefix):]), growth.ns(name)) for name in growth.rows
             if name.startswith(prefix)]
    return zip(*sorted(found)) if found else ((), ())


def plot_curves(pyplot, folder, growth):
    for curve, words in CURVES.items():
        x, y = points(growth, "growth", curve)
        if not x:
            continue
        figure, axes = pyplot.subplots(figsize=(6, 4))
        axes.plot(x, y, marker="o", label="acl, by handle, single")
        floor_x, floor_y = points(growth, "growth_floor", curve)
        axes.plot(floor_x, floor_y, marker=".", linestyle="--", color="gray", label="floor")
        axes.set_xscale("log", base=2 if curve == "nesting" else 10)
        axes.set_yscale("log")
        if curve in ("groups_per_user", "nesting"):
            axes.set_xticks(x, [str(n) for n in x], minor=False)
            axes.set_xticks([], minor=True)
        finish(figure, axes, words, os.path.join(folder, f"growth_{curve}.svg"))


def plot_readers(pyplot, folder, engine):
    figure, axes = pyplot.subplots(figsize=(6, 4))
    for kind, words in (("readers", "quiet"), ("readers_beside_writer", "beside a writer")):
        found = sorted((int(name.split("/")[1]), engine.ns(name)) for name in engine.rows
                       if name.split("/")[0] == kind)
        if found:
            axes.plot(*zip(*found), marker="o", label=words)
    if not axes.lines:
        return
    axes.set_ylim(0, 1.3 * max(y for line in axes.lines for y in line.get_ydata()))
    axes.set_xticks(sorted({x for line in axes.lines for x in line.get_xdata()}))
    finish(figure, axes, "reading threads", os.path.join(folder, "readers.svg"))


MEMORY = {
    "grants": "rows of resources",
    "members": "rows of principals",
    "reverse": "what points back",
    "ids": "ids",
    "index": "index of ids",
    "directories": "from numbers to rows",
    "unused": "not in use",
}


def plot_memory(pyplot, folder, growth):
    found = sorted((int(name.rsplit("/", 1)[1]), row) for name, row in growth.rows.items()
                   if name.startswith("growth/total/"))
    if not found:
        return
    x = [n for n, _ in found]
    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.stackplot(x, [[row[part] for _, row in found] for part in MEMORY],
                   labels=MEMORY.values(), alpha=0.8)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    finish(figure, axes, CURVES["total"], os.path.join(folder, "bytes_per_grant.svg"),
           "bytes per grant")


def finish(figure, axes, words, path, measure="ns of a thread per role"):
    axes.set_xlabel(words)
    axes.set_ylabel(measure)
    axes.grid(True, which="major", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main():
    folder = sys.argv[1]
    results = {name: Results(os.path.join(folder, name + ".json")) for name in RAW}
    write_table(folder, results)
    try:
        import matplotlib
    except ImportError:
        print("no plots: Matplotlib is missing", file=sys.stderr)
        return
    matplotlib.use("svg")
    from matplotlib import pyplot
    plot_curves(pyplot, folder, results["growth"])
    plot_readers(pyplot, folder, results["engine"])
    plot_memory(pyplot, folder, results["growth"])


if __name__ == "__main__":
    main()
