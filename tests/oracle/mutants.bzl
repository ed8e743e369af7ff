"""Planted bugs: the comparison is run against engines that are wrong on purpose."""

def planted_bug(name, src, library, find, replace, finder = "finds_bug_test.cc"):
    """A test that passes if the comparison finds the bug.

    One source of the engine is copied with one text replaced, compiled, and
    linked in front of the library it belongs to: the linker then takes every
    symbol of that source from the copy.

    Args:
      name: the test's name.
      src: label of the source, exported by its package.
      library: label of the library that the source belongs to.
      find: the text to replace; it must be there exactly once.
      replace: what to put there.
      finder: the source of the test.
    """
    native.genrule(
        name = name + "_source",
        srcs = [src],
        outs = [name + ".cc"],
        cmd = "$(location :mutate.py) $< $@ '{}' '{}'".format(find, replace),
        tools = [":mutate.py"],
    )
    native.cc_library(
        name = name + "_mutant",
        testonly = True,
        srcs = [name + ".cc"],
        alwayslink = True,
        deps = [library],
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
