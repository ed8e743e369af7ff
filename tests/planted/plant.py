#!/usr/bin/env python3
"""Copies a source with planted bugs, each of which is off until it is chosen.

    plant.py SOURCE COPY BUGS

BUGS is a list in JSON of objects with `name`, `find` and `replace`. The text
`find` must be in the source exactly once; it becomes `replace`, in which the word
PLANTED is the bug's switch (switch.h) and ORIGINAL the text that was found.

Bugs with the same `find` are nested: the ORIGINAL of one is the replacement of the
next. Apart from that, no two bugs may touch the same text.
"""
import json
import re
import sys

HEADER = '#include "tests/planted/switch.h"\n\n'


def refuse(source, bug, why):
    sys.exit(f"{source}: bug `{bug['name']}`: {why}")


def with_words(text, words):
    """The text with each word replaced by what `words` says."""
    pattern = r"\b(" + "|".join(words) + r")\b"
    return re.sub(pattern, lambda match: words[match[0]], text)


def switch_of(bug):
    return f"planted_{bug['name']}"


def check(source, text, bug):
    count = text.count(bug["find"])
    if count != 1:
        refuse(source, bug, f"{bug['find']!r} is there {count} times, not once")
    if not re.search(r"\bPLANTED\b", bug["replace"]):
        refuse(source, bug, "its replacement does not use PLANTED")


def nested(source, bugs):
    """The replacement for the text that all of the bugs replace."""
    inner = bugs[0]["find"]
    for bug in bugs:
        if len(bugs) > 1 and not re.search(r"\bORIGINAL\b", bug["replace"]):
            refuse(source, bug, "other bugs have the same text; its replacement must use ORIGINAL")
        inner = with_words(bug["replace"],
                           {"PLANTED": f"{switch_of(bug)}.IsOn()", "ORIGINAL": inner})
    return inner


def plant(source, text, bugs):
    """The text with all bugs planted."""
    places = {}
    for bug in bugs:
        check(source, text, bug)
        places.setdefault(bug["find"], []).append(bug)
    parts, end, last = [], 0, None
    for begin, find in sorted((text.index(find), find) for find in places):
        bug = places[find][0]
        if begin < end:
            refuse(source, bug, f"its text overlaps with that of `{last['name']}`")
        parts += [text[end:begin], nested(source, places[find])]
        end, last = begin + len(find), bug
    switches = "".join(f'static acl::planted::Switch {switch_of(bug)}("{bug["name"]}");\n'
                       for bug in bugs)
    return HEADER + switches + "\n" + "".join(parts) + text[end:]


def main():
    source, copy, bugs = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    planted = plant(source, text, json.loads(bugs))
    with open(copy, "w", encoding="utf-8") as file:
        file.write(planted)


if __name__ == "__main__":
    main()
