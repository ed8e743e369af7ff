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

def planted_bug(name, src, library, find, replace, finder = "finds_bug_test.cc"):
    """A test that passes if the comparison finds the bug.

    Args:
      name: the test's name.
      src: label of the source, exported by its package.
      library: label of the library that the source belongs to.
      find: the text to replace; it must be there exactly once.
      replace: what to put there.
      finder: the source of the test.
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
        srcs = [finder],
        tags = ["noasan"],
        deps = [
            ":" + name + "_mutant",
            ":compare",
            ":explore",
            ":small_world",
            "@com_google_googletest//:gtest_main",
        ],
    )
