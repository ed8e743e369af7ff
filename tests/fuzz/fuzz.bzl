"""Fuzz targets: a libFuzzer program, and a test that replays its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, deps):
    """Makes NAME_fuzz (`--config=asan`) and NAME_corpus_test (any compiler).

    Args:
      name: of the target; NAME.cc defines LLVMFuzzerTestOneInput, and its inputs
        are kept in corpus/NAME.
      deps: what NAME.cc needs.
    """
    cc_library(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        deps = deps,
        alwayslink = True,
    )
    cc_binary(
        name = name + "_fuzz",
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],  # only Clang can link it
        deps = [":" + name],
    )
    cc_test(
        name = name + "_corpus_test",
        size = "small",
        args = ["tests/fuzz/corpus/" + name],
        data = native.glob(["corpus/{}/*".format(name)]),
        deps = [
            ":" + name,
            ":replay",
        ],
    )
