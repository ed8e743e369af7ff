"""Journals and engines that are wrong on purpose, and tests that have to find it."""

load("//tests/oracle:mutants.bzl", "mutant")

def crash_bug(name, src, library, find, replace, finder = ":finds_bug"):
    """A test that passes if the crashes find the bug.

    Args:
      name: the test's name.
      src: label of the source, exported by its package.
      library: label of the library that the source belongs to.
      find: the text to replace; it must be there exactly once.
      replace: what to put there.
      finder: the library with the test.
    """
    mutant(
        name = name + "_mutant",
        src = src,
        library = library,
        find = find,
        replace = replace,
    )
    native.cc_test(
        name = name,
        size = "small",
        timeout = "moderate",  # on a machine with much else to do
        tags = [
            "noasan",
            "planted",
        ],
        deps = [
            ":" + name + "_mutant",
            finder,
        ],
    )
