"""Engines that are wrong on purpose, and the tests that have to find it."""

load("//tests/oracle:mutants.bzl", "mutant")

def engine_mutant(name, find = None, replace = None, state = None, src = "//acl:reader.cc"):
    """A library with a changed copy of a source, to go in front of //acl:engine.

    Args:
      name: the library's name.
      find: the text to replace; it must be there exactly once.
      replace: what to put there. Gap() is called where the test is to let other
        threads go on.
      state: instead of both: the header of a class that takes the place of
        PinnedState.
      src: label of the source, of //acl:engine.
    """
    if state:
        find = "#include \"acl/workspace_core.h\""
        replace = find + "\n#include \"tests/concurrency/{}\"".format(state)
    mutant(
        name = name,
        src = src,
        library = "//acl:engine",
        find = find,
        replace = replace,
        deps = [":states"],
    )

def concurrency_bug(name, finders, find = None, replace = None, state = None, src = "//acl:reader.cc"):
    """Tests that pass if the finders find the bug.

    Args:
      name: with "_found_by_FINDER_test" the tests' names.
      finders: "histories", "new_enemy", "starvation".
      find: as the rest, see engine_mutant().
      replace: see there.
      state: see there.
      src: see there.
    """
    engine_mutant(name + "_mutant", find, replace, state, src)
    for finder in finders:
        native.cc_test(
            name = "{}_found_by_{}_test".format(name, finder),
            size = "small",
            tags = [
                "noasan",
                "planted",
            ],
            deps = [
                ":" + name + "_mutant",
                ":" + finder + "_finds_bug",
            ],
        )
