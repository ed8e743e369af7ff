// The largest numbers that a workspace can use: running out is refused and
// never causes an overflow.
#include <cstddef>

#include "acl/base/fault.h"
#include "acl/share/explanation.h"
#include "acl/share/patience.h"
#include "acl/share/request.h"
#include "acl/store/draft.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/history/called_state.h"

namespace acl {
namespace {

constexpr size_t kWindow = 16;

class Limits : public testing::Test {
 protected:
  Limits() {
    called_.Apply({AddServiceAccount{"owner", "Owner"}, AddUser{"ann"}});
  }
  static absl::Status Try(const State& state, const Change& change) {
    ChangeOptions options;
    options.dry_run = true;
    return Decide(state, Actor::System(), {change}, options, kWindow,
                  Draft::Use::kTry)
        .status();
  }

  CalledState called_;
};

// Numbers are not reused, whatever was removed.
TEST_F(Limits, NumbersOfEachKindComeToAnEnd) {
  const State& state = called_.state();
  State full = state;
  full.directory.next_principal = kMaxTargetNumber;
  full.directory.next_key = kMaxTargetNumber;
  full.directory.next_group = kMaxTargetNumber;
  full.next_resource = kMaxTargetNumber;
  const Change additions[] = {AddUser{"u"}, AddServiceAccount{"s", "S"},
                              AddKey{"k", PrincipalId::ServiceAccount("owner")},
                              AddGroup{"g"}, AddResource{{"voice", "v"}}};
  for (const Change& addition : additions) {
    EXPECT_TRUE(Try(state, addition).ok()) << ToString(addition);
    EXPECT_TRUE(IsRefusal(Try(full, addition),
                          absl::StatusCode::kResourceExhausted, v1::LIMIT,
                          "the workspace has had 2^27 of this kind"))
        << ToString(addition);
  }
}

TEST_F(Limits, RevisionsComeToAnEnd) {
  State last = called_.state();
  last.revision = kMaxRevision - 1;
  EXPECT_TRUE(Try(last, AddUser{"bob"}).ok());
  last.revision = kMaxRevision;
  EXPECT_TRUE(IsRefusal(Try(last, AddUser{"bob"}),
                        absl::StatusCode::kResourceExhausted, v1::LIMIT,
                        "the workspace is at revision 9223372036854775807, the "
                        "last one there is"));
  // A change without effect needs no number.
  UpdateUser same{"ann"};
  EXPECT_TRUE(Try(last, same).ok());
}

TEST(PatienceTest, AsksOnceIn256RowsAndNeverAgainOnceItIsOver) {
  int asked = 0;
  ExplainOptions options;
  options.cancelled = [&] { return ++asked == 2; };
  Patience patience(options);
  for (int i = 0; i < 256; ++i) EXPECT_TRUE(patience.Heartbeat());
  EXPECT_EQ(asked, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(patience.Heartbeat());
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(IsRefusal(patience.ended(), absl::StatusCode::kCancelled,
                        v1::CANCELLED_BY_CALLER,
                        "the caller cancelled the explanation"));
}

}  // namespace
}  // namespace acl
