// Change files that add and remove workspaces: `acl diff` writes them, `acl
// apply` applies them to folders and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A workspace with something of every kind, its own settings and a revision.
constexpr char kLab[] =
    "  - id: lab\n"
    "    revision: 7\n"
    "    roles: [low, high]\n"
    "    resource_types: [thing]\n"
    "    max_principals_per_resource: 3\n"
    "    users: [{id: eve, email: eve@x.io, workspace_admin: true}]\n"
    "    service_accounts: [{id: robot}]\n"
    "    api_keys: [{id: key, owner: service_account:robot}]\n"
    "    groups: [{id: all, members: [service_account:robot]}]\n"
    "    resources:\n"
    "      - type: thing\n"
    "        id: t\n"
    "        grants: [{target: group:all, role: low}]\n";

class WorkspaceChangesTest : public FolderCli {
 protected:
  WorkspaceChangesTest() { Write(both_, std::string(kWorld) + kLab); }

  // Applies a change file with this text.
  Result Apply(const std::string& text,
               const std::vector<std::string>& options = {"--as", "system"}) {
    Write(changes_, text);
    std::vector<std::string> words = {"apply", changes_};
    words.insert(words.end(), options.begin(), options.end());
    return OnFolder(words);
  }

  const std::string both_ = folder_ + ".both.yaml";
  const std::string changes_ = folder_ + ".changes.yaml";
};

TEST_F(WorkspaceChangesTest, WhenAWorkspaceComesAndGoesThenTheHistoryHasIt) {
  for (const char* const ending : {".yaml", ".json", ".txtpb", ".binpb"}) {
    const std::string file = folder_ + ".diff" + ending;
    const Result added = Acl({"diff", folder_, both_, "--changes", file});
    EXPECT_EQ(added.code, kDiffers) << added.err;
    EXPECT_EQ(added.out, file + ": adds workspace `lab`\n  1 add_workspace\n");
    const Result applied = OnFolder({"apply", file, "--as", "system"});
    EXPECT_EQ(applied.code, kAllow) << applied.err;
    EXPECT_EQ(applied.out,
              "add workspace lab\n"
              "  with it: 1 workspace, 1 user, 1 service account, 1 key, 1 "
              "group, 1 resource, 1 grant\n"
              "3 effective roles changed:\n"
              "  key:key on thing:t: none -> low\n"
              "  service_account:robot on thing:t: none -> low\n"
              "  user:eve on thing:t: none -> high\n");
    // Equal in every name, so there is nothing left to do.
    EXPECT_EQ(Acl({"diff", folder_, both_}).code, kAllow);
    const Result none = Acl({"diff", folder_, both_, "--changes", file});
    EXPECT_EQ(none.code, kAllow) << none.out << none.err;
    EXPECT_THAT(none.out, HasSubstr("no change"));

    const Result removed = Acl({"diff", folder_, world_, "--changes", file});
    EXPECT_EQ(removed.code, kDiffers) << removed.err;
    EXPECT_EQ(removed.out, file +
                               ": removes workspace `lab` at revision 0\n"
                               "  1 remove_workspace\n");
    const Result away = OnFolder({"apply", file, "--as", "system"});
    EXPECT_EQ(away.code, kAllow) << away.err;
    EXPECT_THAT(away.out, StartsWith("remove workspace lab\n"));
    EXPECT_THAT(away.out, HasSubstr("  user:eve on thing:t: high -> none\n"));
    EXPECT_EQ(Acl({"diff", folder_, world_}).code, kAllow);
  }
  const std::string log = OnFolder({"log", "--workspace", "lab"}).out;
  EXPECT_THAT(log, HasSubstr("imported workspace `lab`"));
  EXPECT_THAT(log, HasSubstr("removed workspace `lab`"));
  EXPECT_EQ(Acl({"journal", "verify", folder_}).code, kAllow);
  // The other workspace has gained no revision from all this.
  EXPECT_THAT(OnFolder({"export"}).out, ::testing::Not(HasSubstr("revision")));
}

TEST_F(WorkspaceChangesTest, WhenOnWorldFilesThenTheFileGainsAndLosesIt) {
  ASSERT_EQ(Acl({"diff", world_, both_, "--changes", changes_}).code, kDiffers);
  ASSERT_EQ(OnWorld({"apply", changes_, "--as", "system"}).code, kAllow);
  EXPECT_EQ(Acl({"diff", world_, both_}).code, kAllow);
  EXPECT_THAT(Read(world_), HasSubstr("id: lab"));
  Write(changes_, "{workspace: lab, remove_workspace: true}\n");
  ASSERT_EQ(OnWorld({"apply", changes_, "--as", "system"}).code, kAllow);
  EXPECT_THAT(Read(world_), ::testing::Not(HasSubstr("id: lab")));
}

TEST_F(WorkspaceChangesTest, WhenItIsADryRunThenNothingIsWritten) {
  const std::string before = Bytes();
  ASSERT_EQ(Acl({"diff", folder_, both_, "--changes", changes_}).code,
            kDiffers);
  const Result dry =
      OnFolder({"apply", changes_, "--as", "system", "--dry-run"});
  EXPECT_EQ(dry.code, kAllow) << dry.err;
  EXPECT_THAT(dry.out, StartsWith("add workspace lab\n"));
  EXPECT_THAT(dry.out, HasSubstr("dry run: nothing was written\n"));
  const Result gone = Apply("{workspace: studio, remove_workspace: true}\n",
                            {"--as", "system", "--dry-run"});
  EXPECT_EQ(gone.code, kAllow) << gone.err;
  EXPECT_THAT(gone.out, HasSubstr("user:ann on voice:narrator: admin -> none"));
  EXPECT_EQ(Bytes(), before);
}

TEST_F(WorkspaceChangesTest, WhenJsonIsWantedThenItSaysTheSame) {
  const json written = json::parse(
      Acl({"diff", folder_, both_, "--changes", changes_, "--json"}).out);
  EXPECT_EQ(written["equal"], false);
  EXPECT_EQ(written["kinds"], json({{"add_workspace", 1}}));
  const json applied = json::parse(
      OnFolder({"apply", changes_, "--as", "system", "--json"}).out);
  EXPECT_EQ(applied["kind"], "add_workspace");
  EXPECT_EQ(applied["workspace"], "lab");
  EXPECT_EQ(applied["added"]["users"], 1);
  EXPECT_EQ(applied["effective_roles"].size(), 3u);
  const json removed =
      json::parse(Apply("{workspace: lab, remove_workspace: true}\n",
                        {"--as", "system", "--json", "--summary"})
                      .out);
  EXPECT_EQ(removed["kind"], "remove_workspace");
  EXPECT_EQ(removed["removed"]["grants"], 1);
  EXPECT_EQ(removed["effective_roles"][0]["after"], "none");
}

TEST_F(WorkspaceChangesTest, WhenSeveralDifferThenOneIsChosen) {
  std::string text = std::string(kWorld) + kLab;
  text.replace(text.find("role: editor"), 12, "role: admin");
  Write(both_, text);
  const Result several = Acl({"diff", folder_, both_, "--changes", changes_});
  EXPECT_EQ(several.code, kBadInput);
  EXPECT_THAT(several.err, HasSubstr("workspaces `lab`, `studio` differ"));
  for (const char* const id : {"lab", "studio"}) {
    EXPECT_EQ(
        Acl({"diff", folder_, both_, "--workspace", id, "--changes", changes_})
            .code,
        kDiffers);
    EXPECT_EQ(OnFolder({"apply", changes_, "--as", "system"}).code, kAllow);
  }
  EXPECT_EQ(Acl({"diff", folder_, both_}).code, kAllow);
}

TEST_F(WorkspaceChangesTest, WhenItCanNotBeDoneThenThePlaceIsNamed) {
  const struct {
    const char* text;
    int code;
    const char* error;
  } cases[] = {
      {"add_workspace: {id: studio}\n", kFailure,
       ".changes.yaml:1: add_workspace: workspace `studio` exists already"},
      {"workspace: none\nremove_workspace: true\n", kBadInput,
       ".changes.yaml:1: workspace: workspace `none` does not exist"},
      {"workspace: studio\nexpected_revision: 3\nremove_workspace: true\n",
       kFailure,
       ".changes.yaml:2: expected_revision: the workspace is at revision 0, "
       "not 3"},
      {"remove_workspace: true\n", kBadInput,
       ".changes.yaml:1: remove_workspace: name the workspace by `workspace`"},
      {"workspace: a\nadd_workspace: {id: b}\n", kBadInput,
       ".changes.yaml:2: add_workspace.id: is `b`, and `workspace` is `a`"},
      {"expected_revision: 0\nadd_workspace: {id: b}\n", kBadInput,
       ".changes.yaml:1: expected_revision: a workspace that is added is at "
       "no revision before"},
      {"workspace: b\nadd_workspace: {}\nremove_workspace: true\n", kBadInput,
       ".changes.yaml:2: add_workspace: a file has only one of"},
      {"workspace: b\nremove_workspace: true\nchanges: [{add_user: {id: a}}]\n",
       kBadInput, ".changes.yaml:2: remove_workspace: a file has only one of"},
      {"changes: [{add_user: {id: a}}]\nadd_workspace: {id: b}\n", kBadInput,
       ".changes.yaml:2: add_workspace: a file has only one of"},
      {"add_workspace:\n  id: b\n  users: [{id: a}]\n  groups:\n"
       "  - {id: g, members: [user:x]}\n",
       kBadInput,
       ".changes.yaml:5: add_workspace.groups[0].members[0]: user `x` is not "
       "in the workspace"},
      {"add_workspace: {}\n", kBadInput,
       ".changes.yaml:1: add_workspace.id: workspace id is empty"},
  };
  const std::string before = OnFolder({"export"}).out;
  for (const auto& c : cases) {
    const Result result = Apply(c.text);
    EXPECT_EQ(result.code, c.code) << c.text << result.err;
    EXPECT_THAT(result.err, HasSubstr(c.error)) << c.text;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(OnFolder({"export"}).out, before);
}

TEST_F(WorkspaceChangesTest, WhenAnOptionMakesNoSenseThenItIsNamed) {
  const std::string add = "add_workspace: {id: lab}\n";
  const std::string remove = "workspace: studio\nremove_workspace: true\n";
  for (const std::string& text : {add, remove}) {
    EXPECT_THAT(Apply(text, {"--as", "user:ann"}).err,
                StartsWith("acl: `--as`: a workspace is added and removed by "
                           "`system`, not by `user:ann`"));
    EXPECT_THAT(Apply(text, {"--as", "system", "--reason", "r"}).err,
                StartsWith("acl: `--reason` is kept with changes"));
    const Result twice = Apply(text, {"--as", "system", "--request-id", "r"});
    EXPECT_EQ(twice.code, kBadInput);
    EXPECT_THAT(twice.err, StartsWith("acl: `--request-id` is kept with"));
    EXPECT_THAT(Apply(text, {"--as", "system", "--workspace", "other"}).err,
                HasSubstr("and `--workspace` is `other`; leave one out"));
  }
  EXPECT_EQ(Acl({"diff", folder_, world_}).code, kAllow);
}

}  // namespace
}  // namespace acl::cli
