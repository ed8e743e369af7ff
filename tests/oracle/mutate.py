#!/usr/bin/env python3
"""Copies a source with one text replaced: mutate.py SOURCE COPY FIND REPLACE."""
import sys

source, copy, find, replace = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    text = file.read()
if text.count(find) != 1:
    sys.exit(f"{source}: {find!r} is there {text.count(find)} times, not once")
with open(copy, "w", encoding="utf-8") as file:
    file.write(text.replace(find, replace))
