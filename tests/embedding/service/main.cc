// A service in a workspace of its own that depends on acl.

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"

namespace {

#ifdef SERVICE_OWN_ABSL
constexpr char kAbsl[] = "the service's own";
#else
constexpr char kAbsl[] = "from acl_deps()";
#endif

}  // namespace

int main() {
  const std::string line = absl::StrCat("absl is ", kAbsl);
  std::puts(line.c_str());
  return 0;
}
