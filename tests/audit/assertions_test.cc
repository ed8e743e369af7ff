// Assertion files that assert nothing, or two things that exclude each other,
// must not pass.
#include "acl/audit/assertions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/library_door.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

using ::testing::ElementsAre;

constexpr char kWorld[] =
    "world: {workspaces: [{id: w, users: [{id: ann}], resources: [{type: "
    "voice, id: v, grants: [{target: default, role: viewer}]}]}]}\n";

FileOutcome RunText(const std::string& name, const std::string& text) {
  LibraryDoor door;
  return RunAssertions(name, text, &door);
}

// Runs `text`, which has the tests from line 2 on, and returns the failures.
std::vector<std::string> Failures(const std::string& text) {
  const FileOutcome outcome = RunText("t.yaml", kWorld + text);
  EXPECT_TRUE(outcome.error.ok()) << outcome.error;
  std::vector<std::string> failures;
  for (const TestOutcome& test : outcome.tests) {
    EXPECT_GE(test.assertions, test.failed.size());
    for (const FailedAssertion& failed : test.failed) {
      failures.push_back(absl::StrCat(failed.place, ": ", failed.what));
    }
  }
  return failures;
}

TEST(AssertionsTest, WhenAFileHasNoTestsThenItCantBeRun) {
  struct Case {
    const char* name;
    std::string text;
    const char* error;
  } cases[] = {
      {"t.yaml", kWorld,
       "t.yaml: asserts nothing; write `tests`, or `world_faults`"},
      {"t.yaml", std::string(kWorld) + "tests: []\n",
       "t.yaml:2: asserts nothing; write `tests`, or `world_faults`"},
      {"t.yaml", std::string(kWorld) + "world_faults: []\ntests: []\n",
       "t.yaml:3: asserts nothing; write `tests`, or `world_faults`"},
      {"t.yaml", "world_file: not-there.yaml\n",
       "t.yaml: asserts nothing; write `tests`, or `world_faults`"},
      {"t.json", "{\"world\": {}, \"tests\": []}",
       "t.json: asserts nothing; write `tests`, or `world_faults`"},
      {"t.txtpb", "world {}\n",
       "t.txtpb: asserts nothing; write `tests`, or `world_faults`"},
      {"t.yaml", "", "t.yaml: is empty"},
      {"t.yaml", "# nothing\n", "t.yaml: is empty; write a map"},
      {"t.json", "{}",
       "t.json: give the world either by `world` or by "
       "`world_file`"},
      {"t.binpb", "", "t.binpb: is empty"},
  };
  for (const Case& c : cases) {
    const FileOutcome outcome = RunText(c.name, c.text);
    EXPECT_EQ(FaultOf(outcome.error), v1::FILE_MALFORMED) << c.text;
    EXPECT_EQ(outcome.error.message(), c.error) << c.text;
  }
}

TEST(AssertionsTest, WhenATestOrAnItemAssertsNothingThenItFails) {
  EXPECT_THAT(Failures("tests: [{name: a}]\n"),
              ElementsAre("t.yaml:2: the test asserts nothing"));
  EXPECT_THAT(Failures("tests: [{role: [], assert_true: []}]\n"),
              ElementsAre("t.yaml:2: the test asserts nothing"));
  EXPECT_THAT(
      Failures("tests:\n- explain:\n"
               "  - {subject: user:ann, resource: voice:v}\n"
               "  check:\n"
               "  - {subject: user:ann, role: viewer, resource: voice:v}\n"
               "  role:\n"
               "  - {subject: user:ann, resource: voice:v}\n"),
      ElementsAre("t.yaml:6: check of user:ann for viewer on voice:v: "
                  "`allowed` is missing; write true or false",
                  "t.yaml:8: role of user:ann on voice:v: `is` is missing; "
                  "write a role or none",
                  "t.yaml:4: explanation of user:ann on voice:v: asserts "
                  "nothing; write `sources` or `remedies`, `[nothing]` for an "
                  "empty list"));
}

TEST(AssertionsTest, WhenARefusalAndAnAnswerAreExpectedThenItFails) {
  const std::string changes =
      "as: user:eve, refused: ACTOR_UNKNOWN, changes: [{unshare: {resource: "
      "voice:v, target: default}}]";
  const std::string asked = "subject: user:ann, resource: 'thing:v'";
  const struct {
    const char* kind;
    std::string item;
    const char* answer;
  } cases[] = {
      {"apply", changes + ", changed: false", "changed"},
      {"apply", changes + ", revision: 0", "revision"},
      {"apply", changes + ", receipts: [{}]", "receipts"},
      {"check", asked + ", role: viewer, refused: TYPE_UNKNOWN, allowed: false",
       "allowed"},
      {"role", asked + ", refused: TYPE_UNKNOWN, is: none", "is"},
      {"role", asked + ", refused: TYPE_UNKNOWN, reason: direct", "reason"},
      {"role", asked + ", refused: TYPE_UNKNOWN, path: [g]", "path"},
      {"list_resources",
       "subject: user:ann, type: thing, refused: TYPE_UNKNOWN, "
       "are: [{resource: voice:v, role: viewer}]",
       "are"},
      {"list_principals",
       "resource: thing:v, refused: TYPE_UNKNOWN, "
       "are: [{principal: user:ann, role: viewer}]",
       "are"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(
        Failures(absl::StrCat("tests: [{", c.kind, ": [{", c.item, "}]}]\n")),
        ElementsAre(::testing::EndsWith(absl::StrCat(
            ": has `refused` and `", c.answer,
            "`, and a refusal has no such answer; leave one out"))))
        << c.item;
  }
}

TEST(AssertionsTest, WhenARefusalAloneIsExpectedThenItHolds) {
  EXPECT_THAT(
      Failures("tests:\n"
               "- role: [{subject: user:ann, resource: 'thing:v', refused: "
               "TYPE_UNKNOWN}]\n"
               "  list_resources: [{subject: user:ann, type: thing, refused: "
               "TYPE_UNKNOWN}]\n"
               "  explain: [{subject: user:ann, resource: 'voice:v', "
               "sources: [viewer baseline], remedies: [nothing]}]\n"),
      ElementsAre());
}

}  // namespace
}  // namespace acl
