"""Programs that are optimised in every build."""

def _optimise_impl(_settings, _attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": ["-DNDEBUG"],
    }

_optimise = transition(
    implementation = _optimise_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
    ],
)

def _optimised_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = program,
        target_file = ctx.executable.program,
        is_executable = True,
    )
    return [DefaultInfo(executable = program)]

optimised = rule(
    doc = "`program` as `bazel build -c opt --copt=-DNDEBUG` makes it.",
    implementation = _optimised_impl,
    attrs = {
        "program": attr.label(mandatory = True, executable = True, cfg = _optimise),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
