"""Stands in for a service that brings its own build of Abseil.

A copy of the headers, under other BUILD files, with a mark that shows which
Abseil a source was compiled against.
"""

_TARGETS = {
    "algorithm": ["container"],
    "base": ["base", "config", "core_headers"],
    "cleanup": ["cleanup"],
    "container": ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map", "node_hash_set"],
    "functional": ["any_invocable", "bind_front", "function_ref"],
    "hash": ["hash"],
    "memory": ["memory"],
    "meta": ["type_traits"],
    "numeric": ["bits", "int128"],
    "random": ["random"],
    "status": ["status", "statusor"],
    "strings": ["cord", "str_format", "strings"],
    "synchronization": ["synchronization"],
    "time": ["time"],
    "types": ["optional", "span", "variant"],
    "utility": ["utility"],
}

_PUBLIC = "package(default_visibility = [\"//visibility:public\"])\n"

def _own_absl_impl(ctx):
    # The folder for the compiler's architecture.
    found = ctx.execute(["sh", "-ec", """
mkdir include
cp -r /usr/include/absl include/
cd "$(dirname "$("$1" -print-file-name=libabsl_base.so)")"
ls libabsl_*.so
""", "sh", ctx.os.environ.get("CC", "gcc")])
    if found.return_code != 0:
        fail(found.stderr)
    linkopts = ["-l" + so[len("lib"):-len(".so")] for so in found.stdout.splitlines()]
    ctx.file("BUILD.bazel", _PUBLIC + """
cc_library(
    name = "own",
    hdrs = glob(["include/absl/**"]),
    defines = ["SERVICE_OWN_ABSL"],
    includes = ["include"],
    linkopts = {},
)
""".format(repr(linkopts)))
    for package, names in _TARGETS.items():
        ctx.file("absl/{}/BUILD.bazel".format(package), _PUBLIC + "".join([
            "cc_library(name = \"{}\", deps = [\"//:own\"])\n".format(name)
            for name in names
        ]))

own_absl = repository_rule(implementation = _own_absl_impl, environ = ["CC"])
