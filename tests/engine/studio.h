// A small workspace, used by tests of the public API.
#ifndef TESTS_ENGINE_STUDIO_H_
#define TESTS_ENGINE_STUDIO_H_

#include <string>
#include <utility>
#include <vector>

#include "acl/engine.h"
#include "gtest/gtest.h"

namespace acl {

// `ann` created `voice:v`; `bob` is its editor, `boss` is a workspace admin,
// `lea` is locked, and `dan` has nothing. `ann`, `lea` and the service account
// `bot` have keys. `dan` and `bot` are in `inner`, which is in `outer`.
// `voice:w` has no creator and no grants.
inline std::vector<Change> StudioChanges() {
  return {AddUser{"ann", "ann@example.com", "Ann"},
          AddUser{"bob", "bob@example.com"},
          AddUser{"dan"},
          AddUser{"boss", "", "", false, true},
          AddUser{"lea", "", "", true},
          AddServiceAccount{"bot", "Bot", "bot@example.com"},
          AddKey{"k1", PrincipalId::ServiceAccount("bot")},
          AddKey{"k2", PrincipalId::ServiceAccount("bot")},
          AddKey{"off", PrincipalId::ServiceAccount("bot"), false},
          AddKey{"ann-key", PrincipalId::User("ann")},
          AddKey{"lea-key", PrincipalId::User("lea")},
          AddGroup{"inner"},
          AddGroup{"outer"},
          AddMember{"outer", Member::Group("inner")},
          AddMember{"inner", Member::User("dan")},
          AddMember{"inner", Member::ServiceAccount("bot")},
          AddResource{{"voice", "v"}, "V", PrincipalId::User("ann")},
          AddResource{{"voice", "w"}},
          Share{{"voice", "v"}, Target::User("bob"), "editor"}};
}

class Studio : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(studio_.Apply(Actor::System(), StudioChanges()).ok());
  }

  absl::StatusOr<Receipt> Apply(const std::vector<Change>& changes,
                                const ChangeOptions& options = {}) {
    return studio_.Apply(Actor::System(), changes, options);
  }
  Receipt Must(const std::vector<Change>& changes,
               const ChangeOptions& options = {}) {
    absl::StatusOr<Receipt> receipt = Apply(changes, options);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? *std::move(receipt) : Receipt();
  }

  // The visible state of the workspace, including the revision.
  std::string Everything() const {
    return studio_.Export()->SerializeAsString();
  }
  Revision Now() const { return studio_.Token()->revision; }
  std::string Role(const Subject& subject, const ResourceRef& resource) const {
    const absl::StatusOr<RoleAnswer> answer =
        studio_.EffectiveRole(subject, resource);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? studio_.RoleName(answer->role) : "";
  }

  Engine engine_;
  Workspace studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
  const ResourceId v_{"voice", "v"};
  const ResourceId w_{"voice", "w"};
};

}  // namespace acl

#endif  // TESTS_ENGINE_STUDIO_H_
