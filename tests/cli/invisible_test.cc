// No message, table or log of the command prints an invisible character
// unescaped.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A no-break space, a zero-width space, a direction mark, a byte order mark, an
// ideographic space, a soft hyphen and a tag.
const char* const kInvisible[] = {"\u00a0", "\u200b", "\u202e",    "\ufeff",
                                  "\u3000", "\u00ad", "\U000e0041"};

// `?` is replaced by the character. It is in everything that may contain one.
constexpr char kOddWorld[] = R"(workspaces:
  - id: "stu?dio"
    roles: ["view?er", "ad?min"]
    resource_types: ["voi?ce"]
    users:
      - {id: "an?n", name: "A?nn", workspace_admin: true}
      - {id: "b?ob", email: "bob@x.io"}
      - {id: "c?y"}
    service_accounts:
      - {id: "bo?t", name: "B?ot"}
    api_keys:
      - {id: "k?1", owner: "service_account:bo?t"}
    groups:
      - {id: "g?", name: "G?", members: ["user:b?ob"]}
    resources:
      - type: "voi?ce"
        id: "na?rrator"
        name: "Na?rrator"
        creator: "user:an?n"
        grants: [{target: "group:g?", role: "view?er"}]
)";
constexpr char kOddChanges[] = R"(changes:
  - add_user: {id: "d?an", name: "D?an"}
  - share: {resource: "voi?ce:na?rrator", target: "user:d?an", role: "ad?min"}
  - remove_group: {id: "g?"}
)";

class InvisibleTest : public Cli {
 protected:
  void Fill(const std::string& odd) {
    odd_ = odd;
    Write(world_, With(kOddWorld));
    Write(world_ + ".changes.yaml", With(kOddChanges));
    folder_ = world_ + ".folder";
    std::filesystem::remove_all(folder_);
    ASSERT_EQ(Acl({"init", folder_, "--from", world_}).code, kAllow);
  }
  std::string With(const std::string& text) const {
    return absl::StrReplaceAll(text, {{"?", odd_}});
  }
  // Runs the command, whose output must contain the character escaped and never
  // raw.
  void ExpectEscaped(std::vector<std::string> words, const std::string& on) {
    for (std::string& word : words) word = With(word);
    if (!on.empty()) words.insert(words.end(), {"--world", on});
    const Result result = Acl(words);
    const std::string said = result.out + result.err;
    SCOPED_TRACE(absl::StrJoin(words, " "));
    EXPECT_THAT(said, Not(HasSubstr(odd_)));
    EXPECT_THAT(said, HasSubstr("\\u{"));
  }

  std::string odd_;
  std::string folder_;
};

TEST_F(InvisibleTest, WhenIdsHaveOneThenEveryCommandEscapesIt) {
  const std::string changes = world_ + ".changes.yaml";
  const std::vector<std::string> questions[] = {
      {"role", "user:b?ob", "voi?ce:na?rrator"},
      {"explain", "user:b?ob", "voi?ce:na?rrator"},
      {"explain", "user:c?y", "voi?ce:na?rrator", "--role", "ad?min"},
      {"who", "voi?ce:na?rrator"},
      {"who", "voi?ce:no?ne"},
      {"what", "user:b?ob"},
      {"what", "user:no?body"},
      // Refusals.
      {"role", "b?ob", "voi?ce:na?rrator"},
      {"role", "user:b?ob", "na?rrator"},
      {"role", "user:b?ob", "vo?ice:na?rrator"},
      {"role", "email:b?ob@x.io", "voi?ce:na?rrator"},
      {"role", "user:b?ob", "voi?ce:na?rrator", "--workspace", "no?ne"},
      {"check", "user:b?ob", "ki?ng", "voi?ce:na?rrator"},
      {"share", "voi?ce:na?rrator", "user:c?y", "ki?ng", "--as", "user:an?n"},
      {"share", "voi?ce:na?rrator", "user:no?ne", "ad?min", "--as",
       "user:an?n"},
      {"share", "voi?ce:na?rrator", "user:c?y", "ad?min", "--as", "user:b?ob"},
      {"unshare", "voi?ce:na?rrator", "user:an?n", "--as", "user:an?n"}};
  for (const char* odd : kInvisible) {
    ASSERT_NO_FATAL_FAILURE(Fill(odd));
    for (const std::vector<std::string>& words : questions) {
      for (const std::string& on : {world_, folder_}) ExpectEscaped(words, on);
    }
    ExpectEscaped({"share", "voi?ce:na?rrator", "user:c?y", "ad?min", "--as",
                   "user:an?n", "--reason", "a wh?im"},
                  folder_);
    ExpectEscaped({"unshare", "voi?ce:na?rrator", "user:c?y", "--as",
                   "user:an?n", "--request-id", "r?1"},
                  folder_);
    ExpectEscaped({"apply", changes, "--as", "user:an?n", "--dry-run"},
                  folder_);
    ExpectEscaped({"apply", changes, "--as", "user:an?n"}, folder_);
    ExpectEscaped({"apply", changes, "--as", "user:an?n"}, folder_);
    ExpectEscaped({"log"}, folder_);
    ExpectEscaped({"log", "--summary", "--actor", "user:an?n"}, folder_);
    ExpectEscaped({"diff", world_, folder_}, "");
    ExpectEscaped({"diff", world_, folder_, "--summary"}, "");
    ExpectEscaped({"key", "create", "user:no?body"}, folder_);
    ExpectEscaped({"key", "create", "user:an?n", "--id", "k?2"}, folder_);
  }
}

}  // namespace
}  // namespace acl::cli
