#!/usr/bin/env python3
"""Changes the library in small ways, and lists the changes that no test notices.

Draws mutants of acl/**/*.cc, builds each in a copy of the tree, and runs the
tests of its folder. Mutants that survive are shown as diffs: a test is missing,
or the code is dead or equivalent. The copy is kept in .cache/mutate, so that the
next run builds little; the tree itself is never changed.
"""
import argparse
import difflib
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / ".cache" / "mutate"
ORACLE = ["//tests/oracle:compare_test", "//tests/oracle:rows_test", "//tests/oracle:worlds_test",
          "//tests/oracle:histories_test"]
ENGINE = ["//tests/engine/...", "//tests/corpus/..."]
# The tests of each folder of acl/, besides those in the folder of the same name
# under tests/. A list is run only if the ones before it found nothing. ""
# stands for acl/ itself.
STAGES = {
    "": [ENGINE, ["//tests/durable/..."]],
    "directory": [ENGINE, ORACLE],
    "resolve": [ENGINE, ORACLE],
    "share": [ENGINE, ORACLE],
    "store": [ENGINE, ORACLE],
    "journal": [["//tests/durable/..."]],
    "history": [["//tests/durable/...", "//tests/audit/..."]],
    "world": [["//tests/encoding/...", "//tests/engine/..."]],
}

# Patterns and their replacements. clang-format puts spaces around operators, so
# template brackets are not taken for comparisons.
OPERATORS = [
    (r" == ", " != "), (r" != ", " == "),
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "), (r" \+= ", " -= "), (r" -= ", " += "),
    (r"\+\+", "--"), (r"(?<=[\w)])--|--(?=\w)", "++"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"(?<=[( ])!(?=[\w(*])", ""),
    (r"\bstd::min\b", "std::max"), (r"\bstd::max\b", "std::min"),
    (r"\bbreak;", "continue;"), (r"\bcontinue;", "break;"),
    (r"(?<=\breturn )(s|status|[\w.>*()-]+\.status\(\));", "absl::OkStatus();"),
]
NUMBER = re.compile(r"(?<![\w.'\"])\d+(?=[,;)\] }])")
CONDITION = re.compile(r"^(\s*(?:\} else )?(?:if|while) \()([^;]+)(\)(?: \{| return\b.*| continue;| break;)?)$")
# A call or an assignment that is a complete statement.
STATEMENT = re.compile(r"^\s+(?!return\b|delete\b|using\b|case\b)[\w.:*>()\[\]-]+(?:\(.*\)| [-+|&]?= .+);$")


class Mutant:
    def __init__(self, path, line, old, new):
        self.path, self.line, self.old, self.new = path, line, old, new

    def apply(self, text):
        lines = text.split("\n")
        assert lines[self.line] == self.old
        lines[self.line] = self.new
        return "\n".join(lines)

    def diff(self, text):
        changed = difflib.unified_diff(text.split("\n"), self.apply(text).split("\n"),
                                       str(self.path), str(self.path), lineterm="", n=2)
        return "\n".join(changed)


def code_of(line):
    """The line with its strings and comment blanked out, of the same length."""
    blank = lambda match: "\x00" * len(match.group())
    line = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'', blank, line)
    return re.sub(r"//.*", blank, line)


def variants(line):
    """The lines that this one can be turned into."""
    code = code_of(line)
    if not code.strip("\x00 ") or code.lstrip().startswith(("#", "static_assert", "template")):
        return
    for pattern, replacement in OPERATORS:
        for match in re.finditer(pattern, code):
            yield line[:match.start()] + replacement + line[match.end():]
    for match in NUMBER.finditer(code):
        for number in (int(match.group()) + 1, int(match.group()) - 1):
            if number >= 0:
                yield line[:match.start()] + str(number) + line[match.end():]
    if match := CONDITION.match(code):
        begin, end = match.span(2)
        condition = code[begin:end]
        # A single comparison has been negated above.
        single = not re.search(r"&&|\|\|", condition) and re.search(r"^!| [=!]= ", condition)
        if not single and condition.count("(") == condition.count(")"):
            yield f"{line[:begin]}!({line[begin:end]}){line[end:]}"
    if STATEMENT.match(code) and code.count("(") == code.count(")"):
        yield ""


def mutants_of(path):
    lines = (COPY / path).read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        # The first line of a statement that spans several lines cannot be
        # dropped.
        whole = number == 0 or re.search(r"[;{}:]\s*(//.*)?$|^\s*$|^\s*//", lines[number - 1])
        for new in variants(line):
            if new or whole:
                yield Mutant(path, number, line, new)


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def update_copy():
    """Makes the copy equal to the tree, and leaves alone what is equal already."""
    names = tracked_files()
    COPY.mkdir(parents=True, exist_ok=True)
    for folder in [COPY, *(d for d in COPY.rglob("*") if d.is_dir() and not d.is_symlink())]:
        for old in folder.iterdir():
            if old.is_file() and not old.is_symlink() and str(old.relative_to(COPY)) not in names:
                old.unlink()
    for name in names:
        source, target = ROOT / name, COPY / name
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(source.stat().st_mode)


def stages_of(path):
    parts = path.parts[1:-1]
    folder = parts[0] if parts else ""
    stages = [list(stage) for stage in STAGES.get(folder, [])]
    if folder and (ROOT / "tests" / folder).is_dir():
        stages.insert(0, [f"//tests/{folder}/..."])
    return stages


def bazel(targets, deadline):
    """How `bazel test` ended: its exit code, or None if time ran out."""
    command = ["bazel", "test", "--config=clang", "--test_tag_filters=-planted",
               "--build_tests_only", "--notest_keep_going", "--noshow_progress", "--test_output=summary",
               "--experimental_convenience_symlinks=ignore", "--", *targets]
    run = subprocess.Popen(command, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, start_new_session=True)
    try:
        output, _ = run.communicate(timeout=None if deadline is None else deadline - time.time())
        return run.returncode, output
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as stopped:
        run.send_signal(signal.SIGINT)  # so that Bazel stops what it has started
        run.communicate()
        if isinstance(stopped, KeyboardInterrupt):
            raise
        return None, ""


def judge(mutant, seconds):
    """killed, too slow, survived, or does not compile."""
    file = COPY / mutant.path
    text = file.read_text(encoding="utf-8")
    deadline = time.time() + seconds
    try:
        file.write_text(mutant.apply(text), encoding="utf-8")
        for stage in stages_of(mutant.path):
            code, output = bazel(stage, deadline)
            if code is None:
                return "too slow"
            if code == 1:
                return "does not compile"
            if code == 3:
                return "killed"
            if code != 0:
                sys.exit(f"bazel failed with {code}:\n{output}")
        return "survived"
    finally:
        file.write_text(text, encoding="utf-8")


def draw(paths, rng):
    """All mutants of the sources under the paths, in an order by chance."""
    sources = sorted(name for name in tracked_files() if re.fullmatch(r"acl/.*\.cc", name)
                     and any(name == p or name.startswith(p.rstrip("/") + "/") for p in paths))
    mutants = [m for name in sources for m in mutants_of(pathlib.Path(name))
               if stages_of(pathlib.Path(name))]
    if not mutants:
        sys.exit("no source there that could be changed")
    rng.shuffle(mutants)
    print(f"{len(mutants)} mutants of {len(sources)} sources")
    return mutants


def stop():
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__.split("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=20, help="how many mutants (20)")
    parser.add_argument("--seed", type=int, help="draw those of an earlier run")
    parser.add_argument("--seconds", type=int, default=120, help="for a mutant at most (120)")
    parser.add_argument("--only", action="append", metavar="PATH",
                        help="sources in this folder of acl/, or this one")
    options = parser.parse_args()
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: stop())
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    update_copy()
    mutants = draw(options.only or ["acl"], random.Random(seed))

    counts, survivors, clean = {}, [], set()
    try:
        for mutant in mutants:
            if sum(counts.values()) - counts.get("does not compile", 0) == options.count:
                break
            for stage in stages_of(mutant.path):
                if tuple(stage) not in clean:
                    print(f"building and testing without a mutant: {' '.join(stage)}", flush=True)
                    code, output = bazel(stage, None)
                    if code != 0:
                        sys.exit(f"the tests fail without a mutant:\n{output}")
                    clean.add(tuple(stage))
            begin = time.time()
            verdict = judge(mutant, options.seconds)
            counts[verdict] = counts.get(verdict, 0) + 1
            print(f"{mutant.path}:{mutant.line + 1}: {verdict}, {time.time() - begin:.0f} s", flush=True)
            if verdict == "survived":
                survivors.append(mutant)
    except KeyboardInterrupt:
        print("stopped")
    for mutant in survivors:
        print("\n" + mutant.diff((COPY / mutant.path).read_text(encoding="utf-8")))
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
