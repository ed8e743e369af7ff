"""Planted bugs: tests are run against engines that are wrong on purpose."""

def mutant(name, src, library, find, replace, deps = []):
    """A library with a copy of one source of the engine, changed in one place.

    It goes in front of the library that the source belongs to: the linker then
    takes every symbol of that source from the copy.

    Args:
      name: the library's name.
      src: label of the source, exported by its package.
      library: label of the library that the source belongs to.
      find: the text to replace; it must be there exactly once.
      replace: what to put there.
      deps: what else the copy includes.
    """
    native.genrule(
        name = name + "_source",
        testonly = True,
        srcs = [src],
        outs = [name + ".cc"],
        cmd = "$(location //tests/oracle:mutate.py) $< $@ '{}' '{}'".format(find, replace),
        tools = ["//tests/oracle:mutate.py"],
    )
    native.cc_library(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = [library] + deps,
    )

def bug_finder(name, deps):
    """What the tests of planted bugs share: compiled once, linked with each.

    Args:
      name: the library's name; with .cc that of its source.
      deps: what it includes.
    """
    native.cc_library(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = deps + ["@com_google_googletest//:gtest_main"],
    )

def planted_bug(name, src, library, find, replace, finder = ":finds_bug"):
    """A test that passes if the comparison finds the bug.

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
        tags = [
            "noasan",
            "planted",
        ],
        # In this order.
        deps = [
            ":" + name + "_mutant",
            finder,
        ],
    )
