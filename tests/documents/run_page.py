#!/usr/bin/env python3
"""Runs the commands that a page of the documentation shows.

Usage: run_page.py [--update] ACL PAGE...

The pages given share one folder and one shell, so a page can continue where the
one before it ended. In a page,

- a block fenced with ```console is a transcript: a line that begins with "$ " is
  a command (one that ends with a backslash continues on the next line), and the
  lines below it are its output, stdout and stderr together;
- a block whose first line is "# NAME.yaml", or another file's name, is written
  to that file.

In an output, a line "..." stands for any lines, and "..." in a line for any
text. Times are not compared. Port 8080 of a page becomes a free one.
--update replaces every output that differs by what the command has printed.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

FILE = re.compile(r"# ([\w./-]+\.[a-z]+)$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MARK = "\x01"  # precedes the number of each command in the shell's output


class Command:
    """A command of a transcript: its text, and where its output is shown."""

    def __init__(self, page, line):
        self.page, self.line = page, line
        self.text = []
        self.first = self.last = line  # the command's output, as a slice of lines


class File:
    def __init__(self, name, text):
        self.name, self.text = name, text


def blocks(lines):
    """The fenced blocks: info string, and the slice of lines between fences."""
    start = info = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start, info = number + 1, line[3:].strip()
        else:
            yield info, start, number
            start = None


def steps(page, lines):
    """The commands and files of a page, in order."""
    for info, start, end in blocks(lines):
        named = FILE.match(lines[start]) if start < end else None
        if info == "console":
            command, continued = None, False
            for number in range(start, end):
                line = lines[number]
                if line.startswith("$ ") or continued:
                    if not continued:
                        command = Command(page, number)
                        yield command
                    command.text.append(line if continued else line[2:])
                    continued = line.endswith("\\")
                    command.first = number + 1
                elif command is None:
                    sys.exit(f"{page}:{number + 1}: output without a command")
                command.last = number + 1
        elif named:
            yield File(named[1], "\n".join(lines[start:end]) + "\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def run(acl, queue, port):
    """What each command has printed, as lists of lines."""
    with tempfile.TemporaryDirectory() as folder:
        binaries = os.path.join(folder, "bin")
        work = os.path.join(folder, "work")
        os.mkdir(binaries)
        os.mkdir(work)
        os.symlink(os.path.realpath(acl), os.path.join(binaries, "acl"))
        script = ["exec 2>&1 </dev/null", "unset ACL_WORLD", f"cd {work}"]
        for number, step in enumerate(queue):
            if isinstance(step, File):
                path = os.path.join(folder, f"file{number}")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(step.text)
                script.append(f"mkdir -p \"$(dirname '{step.name}')\"")
                script.append(f"cp {path} '{step.name}'")
            else:
                # Preserves $? for the next command, as a terminal does.
                script.append(f"status=$?; printf '{MARK}{number}\\n'; (exit $status)")
                script.append("\n".join(step.text).replace("8080", port))
        environment = dict(os.environ, PATH=binaries + ":" + os.environ["PATH"])
        with open(os.path.join(folder, "script"), "w", encoding="utf-8") as file:
            file.write("\n".join(script) + "\n")
        output = os.path.join(folder, "output")
        with open(output, "wb") as sink:
            shell = subprocess.Popen(
                ["bash", file.name], stdout=sink, env=environment, start_new_session=True)
            try:
                shell.wait(timeout=120)
            finally:
                try:
                    os.killpg(shell.pid, signal.SIGKILL)  # servers that are still running
                except ProcessLookupError:
                    pass
        with open(output, encoding="utf-8") as file:
            parts = file.read().split(MARK)[1:]
    printed = {}
    for part in parts:
        number, _, text = part.partition("\n")
        printed[int(number)] = text.replace(port, "8080").splitlines()
    return printed


def without_blank_ends(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def matches(shown, printed):
    pattern = ""
    for line in without_blank_ends(shown):
        if line.strip() == "...":
            pattern += "(?:.*\n)*"
        else:
            parts = [re.escape(part) for part in TIME.sub("TIME", line).split("...")]
            pattern += ".*".join(parts) + "\n"
    text = "".join(TIME.sub("TIME", line) + "\n" for line in without_blank_ends(printed))
    return re.fullmatch(pattern, text) is not None


def main():
    arguments = sys.argv[1:]
    update = arguments[:1] == ["--update"]
    acl, *pages = arguments[1:] if update else arguments
    lines, queue = {}, []
    for page in pages:
        with open(page, encoding="utf-8") as file:
            lines[page] = file.read().splitlines()
        queue += steps(page, lines[page])
    commands = [number for number, step in enumerate(queue) if isinstance(step, Command)]
    if not commands:
        sys.exit("no commands in " + " ".join(pages))

    printed = run(acl, queue, free_port())
    failed = 0
    for number in reversed(commands):  # so that line numbers stay valid
        step, now = queue[number], printed.get(number, ["(the shell ended before)"])
        shown = lines[step.page][step.first:step.last]
        if matches(shown, now):
            continue
        failed += 1
        if update:
            blank = shown[len(without_blank_ends(shown)):]
            lines[step.page][step.first:step.last] = without_blank_ends(now) + blank
        else:
            print(f"{step.page}:{step.line + 1}: $ " + "\n".join(step.text))
            print("shown:", *shown, "printed:", *now, "", sep="\n")
    if update:
        for page in pages:
            with open(page, "w", encoding="utf-8") as file:
                file.write("\n".join(lines[page]) + "\n")
        print(f"{len(commands)} commands, {failed} outputs replaced")
    elif failed:
        sys.exit(f"{failed} of {len(commands)} commands print something else")
    else:
        print(f"{len(commands)} commands print what the pages show")


if __name__ == "__main__":
    main()
