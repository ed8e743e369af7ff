// The README's example, word for word, compiled and run.

// [example]
#include <iostream>

#include "acl/engine.h"

int main() {
  acl::Engine engine;
  acl::Workspace studio =
      engine.AddWorkspace(acl::Actor::System(), "studio").value();

  // The directory is the service's business; one batch, one revision.
  studio
      .Apply(acl::Actor::System(),
             {acl::AddUser{"ann"}, acl::AddUser{"bob"}, acl::AddGroup{"mixers"},
              acl::AddMember{"mixers", acl::Member::User("bob")},
              acl::AddResource{{"voice", "narrator"},
                               "Narrator",
                               acl::PrincipalId::User("ann")}})
      .value();

  // Ann created the voice, so she may share it.
  const acl::Subject ann = acl::Subject::User("ann");
  const acl::Subject bob = acl::Subject::User("bob");
  studio
      .Share(ann, {"voice", "narrator"}, acl::Target::Group("mixers"), "editor")
      .value();

  // The role and what gives it, in one call.
  const acl::RoleAnswer answer =
      studio.EffectiveRole(bob, {"voice", "narrator"}).value();
  std::cout << "bob is " << studio.RoleName(answer.role) << " by "
            << acl::SourceWord(answer.witness.kind) << " "
            << studio.GroupId(answer.witness.group) << "\n";

  // A share overrides whatever grant there was, and its receipt says what still
  // holds the role up.
  const acl::Receipt receipt =
      studio
          .Share(ann, {"voice", "narrator"}, acl::Target::User("bob"), "viewer")
          .value();
  const acl::ShareEffect& effect = *receipt.changes[0].share;
  std::cout << "bob: " << effect.grant_before << " -> " << effect.grant_after
            << ", still " << effect.effective_after << " by "
            << acl::ToString(effect.held_by[0]) << "\n";

  // No is an answer; errors are errors.
  std::cout << studio.Check(bob, "admin", {"voice", "narrator"}).value() << "\n"
            << studio
                   .Unshare(bob, {"voice", "narrator"},
                            acl::Target::Group("mixers"))
                   .status()
                   .message()
            << "\n";
}
// [example]
