"""A test that headers bring everything that they need."""

def headers_test(name, hdrs, deps):
    """Builds a program of one source for each header, which includes it alone.

    Args:
      name: the name of the test; it passes when it has been built.
      hdrs: the headers as they are included.
      deps: the libraries that they belong to.
    """
    srcs = []
    for hdr in hdrs:
        src = "{}_{}.cc".format(name, hdr.replace("/", "_").replace(".", "_"))
        native.genrule(
            name = src + "_source",
            outs = [src],
            cmd = "printf '#include \"%s\"\\n#include \"%s\"\\n' {0} {0} > $@".format(hdr),
        )
        srcs.append(src)
    native.cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        deps = deps,
    )
