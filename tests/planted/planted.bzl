"""Planted bugs: tests are run against engines that are wrong on purpose.

A source with bugs is copied once. The copy carries all of its bugs, each of them
off until it is chosen (switch.h); the product's sources do not know of any. All
copies of a family are linked into one program, ahead of the libraries that they
were copied from: the linker then takes every symbol of those sources from the
copies. The program is run once for each bug, and once without any.
"""

def _copy_impl(ctx):
    ctx.actions.run(
        executable = ctx.executable._plant,
        arguments = [ctx.file.src.path, ctx.outputs.out.path, ctx.attr.bugs],
        inputs = [ctx.file.src],
        outputs = [ctx.outputs.out],
        mnemonic = "PlantBugs",
        progress_message = "Planting bugs in %s" % ctx.file.src.short_path,
        use_default_shell_env = True,
    )

_copy_with_bugs = rule(
    doc = "A copy of a source with bugs, made by plant.py.",
    implementation = _copy_impl,
    attrs = {
        "src": attr.label(allow_single_file = True, mandatory = True),
        "out": attr.output(mandatory = True),
        "bugs": attr.string(mandatory = True, doc = "What plant.py takes."),
        "_plant": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "//tests/planted:plant.py",
            executable = True,
        ),
    },
)

def planted_bug(name, src, find, replace, found_by):
    """A bug, for planted_bugs().

    Args:
      name: what the program calls it.
      src: label of the source, exported by its package.
      find: the text to replace; it must be there exactly once. Bugs may have the
        same text, but no others that overlap.
      replace: what to put there: PLANTED is the bug's switch, true if it is
        chosen, and ORIGINAL the text that was found.
      found_by: the finders that have to find it.

    Returns:
      The bug.
    """
    return struct(name = name, src = src, find = find, replace = replace, found_by = found_by)

def planted_bugs(name, sources, bugs, finders, deps, copies_deps = [], control_tags = [], timeout = None):
    """A test for each bug and finder, and `NAME_control_test` without a bug.

    Args:
      name: of the program that all of these tests run.
      sources: from the label of each source with bugs to that of the library that
        it belongs to.
      bugs: of planted_bug().
      finders: from the name of each finder, a test suite, to the names of its
        tests, with {} for the bug's.
      deps: libraries with the finders and with the suite Control, alwayslink.
      copies_deps: what the copies include that their libraries do not.
      control_tags: more tags for the control.
      timeout: of the tests.
    """
    copies = []
    for src in sources:
        of_src = [
            {"name": bug.name, "find": bug.find, "replace": bug.replace}
            for bug in bugs
            if bug.src == src
        ]
        copy = "{}_copies/{}".format(name, src.replace("//", "").replace(":", "/"))
        copies.append(copy)
        _copy_with_bugs(
            name = copy.replace("/", "_").replace(".", "_"),
            testonly = True,
            src = src,
            out = copy,
            bugs = json.encode(of_src),
        )
    native.cc_library(
        name = name + "_copies",
        testonly = True,
        srcs = copies,
        alwayslink = True,
        deps = depset(sources.values()).to_list() + copies_deps + ["//tests/planted:switch"],
    )
    native.cc_binary(
        name = name,
        testonly = True,
        # The order matters.
        deps = [":" + name + "_copies"] + deps + ["//tests/planted:main"],
    )
    tags = [
        "noasan",
        "planted",
    ]
    native.sh_test(
        name = name + "_control_test",
        size = "small",
        timeout = timeout,
        srcs = [":" + name],
        tags = tags + control_tags,
    )
    for bug in bugs:
        if bug.src not in sources:
            fail("bug `{}`: `sources` lacks {}".format(bug.name, bug.src))
        for finder in bug.found_by:
            native.sh_test(
                name = finders[finder].format(bug.name),
                size = "small",
                timeout = timeout,
                srcs = [":" + name],
                args = [bug.name, finder],
                tags = tags,
            )
