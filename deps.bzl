"""Everything acl needs from outside, taken from Debian packages.

Nothing is downloaded: each rule below writes a small repository with the
library's usual labels over the headers and libraries in /usr. A repository
that is already defined when acl_deps() runs is left alone, so a service with
its own Abseil or Protobuf defines those first and acl builds against them.
"""

_PUBLIC = "package(default_visibility = [\"//visibility:public\"])\n"

def _missing(package, file):
    fail("\n\n  The Debian package {0} is missing ({1} not found).\n  Run ./dev setup, or apt-get install {0}.\n".format(package, file))

def _need(ctx, package, path):
    if not ctx.path(path).exists:
        _missing(package, path)

def _cc_library(name, linkopts = [], deps = []):
    # No `hdrs`: /usr/include is on the compiler's own search path, and headers
    # found there do not trigger our warnings.
    return "cc_library(name = {}, linkopts = {}, deps = {})\n".format(repr(name), repr(linkopts), repr(deps))

# A library's headers and linker flags: enough for most of our dependencies.

def _system_library_impl(ctx):
    _need(ctx, ctx.attr.package, ctx.attr.header)
    lines = [_cc_library(name, ctx.attr.linkopts) for name in ctx.attr.libs]
    for name, linkopts in ctx.attr.libs_on_top.items():
        lines.append(_cc_library(name, linkopts, [":" + ctx.attr.libs[0]]))
    ctx.file("BUILD.bazel", _PUBLIC + "".join(lines))

_system_library = repository_rule(
    implementation = _system_library_impl,
    attrs = {
        "package": attr.string(mandatory = True, doc = "Debian package"),
        "header": attr.string(mandatory = True, doc = "a file it must have installed"),
        "libs": attr.string_list(mandatory = True),
        "linkopts": attr.string_list(),
        "libs_on_top": attr.string_list_dict(doc = "name -> linkopts, depends on libs[0]"),
    },
    local = True,  # check again when packages may have changed
)

# Abseil, under the labels that it has upstream. Debian's pkg-config files list
# what each library needs, so a target links only what it uses.

_ABSL = {
    # package -> pkg-config name of each target
    "algorithm": {"algorithm": "absl_algorithm", "container": "absl_algorithm_container"},
    "base": {name: "absl_" + name for name in ["base", "config", "core_headers", "dynamic_annotations", "log_severity"]},
    "cleanup": {"cleanup": "absl_cleanup"},
    "container": {name: "absl_" + name for name in ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map", "node_hash_set"]},
    "debugging": {name: "absl_" + name for name in ["failure_signal_handler", "leak_check", "stacktrace", "symbolize"]},
    "functional": {name: "absl_" + name for name in ["any_invocable", "bind_front", "function_ref"]},
    "hash": {"hash": "absl_hash"},
    "memory": {"memory": "absl_memory"},
    "meta": {"type_traits": "absl_type_traits"},
    "numeric": {name: "absl_" + name for name in ["bits", "int128"]},
    "random": {name: "absl_random_" + name for name in ["bit_gen_ref", "distributions", "random", "seed_sequences"]},
    "status": {name: "absl_" + name for name in ["status", "statusor"]},
    "strings": {name: "absl_" + name for name in ["cord", "str_format", "strings"]},
    "synchronization": {"synchronization": "absl_synchronization"},
    "time": {"time": "absl_time"},
    "types": {name: "absl_" + name for name in ["any", "compare", "optional", "span", "variant"]},
    "utility": {"utility": "absl_utility"},
}

def _pkg_config_folder(ctx, file):
    # /usr/lib has one folder for each installed architecture; the compiler
    # knows which one is its own.
    found = ctx.execute([ctx.os.environ.get("CC", "gcc"), "-print-file-name=pkgconfig/" + file])
    path = ctx.path(found.stdout.strip()) if found.stdout.startswith("/") else None
    return path.dirname if path and path.exists else None

def _pkg_config_library(name, text):
    """A cc_library with the Libs and Requires of one pkg-config file."""
    linkopts = []
    deps = []
    for line in text.splitlines():
        if line.startswith("Libs:"):
            linkopts = [word for word in line.split(" ") if word.startswith("-l") or word == "-pthread"]
        elif line.startswith("Requires:"):
            deps = [":" + word.split(" ")[0] for word in line[len("Requires:"):].strip().split(", ") if word]
    return _cc_library(name, linkopts, deps)

def _debian_absl_impl(ctx):
    folder = _pkg_config_folder(ctx, "absl_base.pc")
    if not folder:
        _missing("libabsl-dev", "absl_base.pc")
    libraries = [
        _pkg_config_library(file.basename[:-len(".pc")], ctx.read(file))
        for file in folder.readdir()
        if file.basename.startswith("absl_")
    ]
    ctx.file("BUILD.bazel", _PUBLIC + "".join(libraries))
    for package, targets in _ABSL.items():
        lines = [_cc_library(name, deps = ["//:" + pc]) for name, pc in targets.items()]
        ctx.file("absl/{}/BUILD.bazel".format(package), _PUBLIC + "".join(lines))

_debian_absl = repository_rule(implementation = _debian_absl_impl, environ = ["CC"], local = True)

# Protobuf: runtime, compiler, and the well-known types.

_WELL_KNOWN_PROTOS = {
    # name -> imports
    "any": [],
    "api": ["source_context", "type"],
    "descriptor": [],
    "duration": [],
    "empty": [],
    "field_mask": [],
    "source_context": [],
    "struct": [],
    "timestamp": [],
    "type": ["any", "source_context"],
    "wrappers": [],
}

def _debian_protobuf_impl(ctx):
    _need(ctx, "libprotobuf-dev", "/usr/include/google/protobuf/message.h")
    _need(ctx, "libprotoc-dev", "/usr/include/google/protobuf/compiler/plugin.h")
    _need(ctx, "protobuf-compiler", "/usr/bin/protoc")
    ctx.symlink("/usr/bin/protoc", "protoc")
    build = _PUBLIC + "exports_files([\"protoc\"])\n"
    build += _cc_library("protobuf", ["-lprotobuf", "-pthread"])
    build += _cc_library("protobuf_lite", ["-lprotobuf-lite", "-pthread"])
    build += _cc_library("protoc_lib", ["-lprotoc"], [":protobuf"])
    for name, imports in _WELL_KNOWN_PROTOS.items():
        proto = "google/protobuf/{}.proto".format(name)
        ctx.symlink("/usr/include/" + proto, "src/" + proto)
        build += "proto_library(name = {}, srcs = [{}], strip_import_prefix = \"src\", deps = {})\n".format(
            repr(name + "_proto"),
            repr("src/" + proto),
            repr([":{}_proto".format(i) for i in imports]),
        )

    # Their C++ code is part of libprotobuf and must not be generated again.
    build += """
proto_lang_toolchain(
    name = "cc_toolchain",
    blacklisted_protos = {},
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf",
)
""".format(repr([":{}_proto".format(name) for name in _WELL_KNOWN_PROTOS]))
    ctx.file("BUILD.bazel", build)

_debian_protobuf = repository_rule(implementation = _debian_protobuf_impl, local = True)

# Bazel's own rules.

def _debian_bazel_rules_impl(ctx):
    _need(ctx, ctx.attr.package, ctx.attr.path)
    for entry in ctx.path(ctx.attr.path).readdir():
        ctx.symlink(entry, entry.basename)

_debian_bazel_rules = repository_rule(
    implementation = _debian_bazel_rules_impl,
    attrs = {"package": attr.string(mandatory = True), "path": attr.string(mandatory = True)},
    local = True,
)

# Debian's bazel-rules-cc is too new for its Bazel, whose native rules suffice.
_CC_RULES = [
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_proto_library",
    "cc_test",
    "cc_toolchain",
    "cc_toolchain_suite",
    "fdo_prefetch_hints",
    "fdo_profile",
    "objc_import",
    "objc_library",
]

def _native_rules_cc_impl(ctx):
    ctx.file("BUILD.bazel")
    ctx.file("cc/BUILD.bazel", _PUBLIC + "toolchain_type(name = \"toolchain_type\")\n")
    ctx.file("cc/defs.bzl", "".join(["{0} = native.{0}\n".format(rule) for rule in _CC_RULES]))

_native_rules_cc = repository_rule(implementation = _native_rules_cc_impl)

def _no_coverage_tools_impl(ctx):
    # Every cc_test refers to these two, even when no coverage is asked for.
    ctx.file("none.sh", "#!/bin/sh\nexit 0\n", executable = True)
    ctx.file("BUILD.bazel", _PUBLIC + "".join([
        "sh_binary(name = \"{}\", srcs = [\"none.sh\"])\n".format(name)
        for name in ["coverage_report_generator", "lcov_merger"]
    ]))

_no_coverage_tools = repository_rule(implementation = _no_coverage_tools_impl)

def _maybe(rule, name, **kwargs):
    if native.existing_rule(name) == None:
        rule(name = name, **kwargs)

def acl_deps():
    """Defines every external repository that is not defined yet."""

    _maybe(_native_rules_cc, "rules_cc")
    _maybe(_no_coverage_tools, "remote_coverage_tools")
    _maybe(_debian_bazel_rules, "rules_proto", package = "bazel-rules-proto", path = "/usr/share/bazel/rules/proto")
    _maybe(_debian_bazel_rules, "rules_java", package = "bazel-rules-java", path = "/usr/share/bazel/rules/java")
    _maybe(_debian_bazel_rules, "bazel_skylib", package = "bazel-skylib", path = "/usr/share/bazel/tools/skylib")
    _maybe(_debian_bazel_rules, "platforms", package = "bazel-platforms", path = "/usr/share/bazel/platforms")

    _maybe(_debian_absl, "com_google_absl")
    _maybe(_debian_protobuf, "com_google_protobuf")

    _maybe(
        _system_library,
        "com_github_fmtlib_fmt",
        package = "libfmt-dev",
        header = "/usr/include/fmt/core.h",
        libs = ["fmt"],
        linkopts = ["-lfmt"],
    )
    _maybe(
        _system_library,
        "com_github_cliutils_cli11",
        package = "libcli11-dev",
        header = "/usr/include/CLI/CLI.hpp",
        libs = ["cli11"],
    )
    _maybe(
        _system_library,
        "com_github_nlohmann_json",
        package = "nlohmann-json3-dev",
        header = "/usr/include/nlohmann/json.hpp",
        libs = ["json"],
    )
    _maybe(
        _system_library,
        "com_github_yaml_libyaml",
        package = "libyaml-dev",
        header = "/usr/include/yaml.h",
        libs = ["yaml"],
        linkopts = ["-lyaml"],
    )

    _maybe(
        _system_library,
        "com_github_cyan4973_xxhash",
        package = "libxxhash-dev",
        header = "/usr/include/xxhash.h",
        libs = ["xxhash"],  # only its header is used
    )
    _maybe(
        _system_library,
        "com_github_intel_isa_l",
        package = "libisal-dev",
        header = "/usr/include/isa-l/crc.h",
        libs = ["isal"],
        linkopts = ["-lisal"],
    )
    _maybe(
        _system_library,
        "openssl",
        package = "libssl-dev",
        header = "/usr/include/openssl/evp.h",
        libs = ["crypto"],
        linkopts = ["-lcrypto"],
        libs_on_top = {"ssl": ["-lssl"]},
    )
    _maybe(
        _system_library,
        "boost",
        package = "libboost1.81-dev",
        header = "/usr/include/boost/url.hpp",  # Boost 1.74 lacks it
        libs = ["beast"],  # Asio comes with it; only their headers are used
        linkopts = ["-pthread"],
    )

    _maybe(
        _system_library,
        "com_github_jupp0r_prometheus_cpp",
        package = "prometheus-cpp-dev",
        header = "/usr/include/prometheus/registry.h",
        libs = ["core"],
        linkopts = ["-lprometheus-cpp-core"],
    )

    # Only for tests and benchmarks.
    _maybe(
        _system_library,
        "com_google_googletest",
        package = "libgmock-dev",
        header = "/usr/include/gmock/gmock.h",
        libs = ["gtest"],  # includes gmock, as upstream
        linkopts = ["-lgmock", "-lgtest", "-pthread"],
        libs_on_top = {"gtest_main": ["-lgmock_main"]},
    )
    _maybe(
        _system_library,
        "com_github_google_benchmark",
        package = "libbenchmark-dev",
        header = "/usr/include/benchmark/benchmark.h",
        libs = ["benchmark"],
        linkopts = ["-lbenchmark", "-pthread"],
        libs_on_top = {"benchmark_main": ["-lbenchmark_main"]},
    )
    _maybe(
        _system_library,
        "rapidcheck",
        package = "librapidcheck-dev",
        header = "/usr/include/rapidcheck.h",
        libs = ["rapidcheck"],
        linkopts = ["-lrapidcheck"],
    )

    # Only for ./dev bench.
    _maybe(
        _system_library,
        "sqlite3",
        package = "libsqlite3-dev",
        header = "/usr/include/sqlite3.h",
        libs = ["sqlite3"],
        linkopts = ["-lsqlite3"],
    )
