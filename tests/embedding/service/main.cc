// A service, in its own workspace, that depends on acl.

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"

namespace {

#ifdef SERVICE_OWN_ABSL
constexpr char kAbsl[] = "the service's own";
#else
constexpr char kAbsl[] = "from acl_deps()";
#endif

}  // namespace

int main() {
  acl::Engine engine;
  acl::Workspace workspace =
      engine.AddWorkspace(acl::Actor::System(), "service").value();
  workspace
      .Apply(acl::Actor::System(),
             {acl::AddUser{"ann"},
              acl::AddResource{
                  {"voice", "v1"}, "", acl::PrincipalId::User("ann")}})
      .value();
  const acl::RoleAnswer answer =
      workspace.EffectiveRole(acl::Subject::User("ann"), {"voice", "v1"})
          .value();
  if (workspace.RoleName(answer.role) != "admin") return 1;
  const std::string line = absl::StrCat("absl is ", kAbsl);
  std::puts(line.c_str());
  return 0;
}
