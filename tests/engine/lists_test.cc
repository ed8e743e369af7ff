// Lists, pages and their tokens, cancellation, and the matrix.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;
using Lines = std::vector<std::string>;

class Lists : public Studio {
 protected:
  Lines Lined(const Page<ResourceRole>& page) const {
    Lines lines;
    for (const ResourceRole& item : page.items) {
      lines.push_back(item.resource.ToString() + " " +
                      studio_.RoleName(item.role));
    }
    return lines;
  }
  Lines Lined(const Page<PrincipalRole>& page) const {
    Lines lines;
    for (const PrincipalRole& item : page.items) {
      lines.push_back(item.principal.ToString() + " " +
                      studio_.RoleName(item.role));
    }
    return lines;
  }

  // Adds fifty resources on which everyone is a viewer.
  void AddMany() {
    std::vector<Change> changes;
    for (int i = 0; i < 50; ++i) {
      const ResourceId id{"songs", absl::StrCat(i)};
      changes.push_back(AddResource{id});
      changes.push_back(Share{id, Target::Default(), "viewer"});
    }
    Must(changes);
  }
};

TEST_F(Lists, PrincipalsStandAsTheyWereAddedWithTheBaselineExpanded) {
  EXPECT_EQ(Lined(*studio_.ListPrincipals(v_, "")),
            (Lines{"user:ann admin", "user:bob editor", "user:boss admin"}));
  Must({Share{v_, Target::Default(), "viewer"},
        Share{v_, Target::Group("outer"), "commenter"}});
  EXPECT_EQ(Lined(*studio_.ListPrincipals(v_, "")),
            (Lines{"user:ann admin", "user:bob editor", "user:dan commenter",
                   "user:boss admin", "service_account:bot commenter"}));
  EXPECT_EQ(Lined(*studio_.ListPrincipals(v_, "editor")),
            (Lines{"user:ann admin", "user:bob editor", "user:boss admin"}));
  EXPECT_TRUE(studio_.ListPrincipals({"voice", "gone"}, "")->items.empty());
}

TEST_F(Lists, ResourcesStandAsTheyWereAdded) {
  Must({AddResource{{"voice", "9"}}, AddResource{{"voice", "10"}},
        AddResource{{"songs", "z"}, "", PrincipalId::User("dan")},
        Share{{"voice", "9"}, Target::User("dan"), "viewer"},
        Share{{"voice", "10"}, Target::Group("outer"), "editor"}});
  const Subject dan = Subject::User("dan");
  EXPECT_EQ(Lined(*studio_.ListResources(dan, "", "")),
            (Lines{"voice:9 viewer", "voice:10 editor", "songs:z admin"}));
  EXPECT_EQ(Lined(*studio_.ListResources(dan, "editor", "voice")),
            (Lines{"voice:10 editor"}));
  EXPECT_EQ(Lined(*studio_.ListResources(Subject::Key("k1"), "", "")),
            (Lines{"voice:10 editor"}));
  EXPECT_EQ(studio_.ListResources(Subject::User("boss"), "", "")->items.size(),
            5u);
  for (const Subject& nobody :
       {Subject::User("lea"), Subject::User("gone"), Subject::Key("off")}) {
    EXPECT_TRUE(studio_.ListResources(nobody, "", "")->items.empty())
        << nobody.ToString();
  }
}

TEST_F(Lists, PagesOfASnapshotJoinToTheWholeListWhateverWritersDo) {
  AddMany();
  const Subject dan = Subject::User("dan");
  const Snapshot snapshot = *studio_.TakeSnapshot();
  const Lines whole = Lined(*snapshot.ListResources(dan, "", ""));
  ASSERT_EQ(whole.size(), 50u);
  for (const size_t size : {1, 7, 50, 51}) {
    PageOptions options;
    options.page_size = size;
    Lines joined;
    do {
      const auto page = snapshot.ListResources(dan, "", "", options);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_LE(page->items.size(), size);
      for (std::string& line : Lined(*page)) joined.push_back(std::move(line));
      options.token = page->next;
      Must({UpdateUser{"dan", {}, absl::StrCat(size, joined.size())}});
    } while (!options.token.empty());
    EXPECT_EQ(joined, whole) << size;
    Must({RemoveResource{{"songs", absl::StrCat(size % 47)}}});
  }
}

TEST_F(Lists, PagesOfPrincipalsJoinToTheWholeList) {
  Must({Share{v_, Target::Default(), "viewer"}});
  const Snapshot snapshot = *studio_.TakeSnapshot();
  const Lines whole = Lined(*snapshot.ListPrincipals(v_, ""));
  ASSERT_EQ(whole.size(), 5u);
  PageOptions options;
  options.page_size = 2;
  Lines joined;
  do {
    const auto page = snapshot.ListPrincipals(v_, "", options);
    ASSERT_TRUE(page.ok()) << page.status();
    for (std::string& line : Lined(*page)) joined.push_back(std::move(line));
    options.token = page->next;
  } while (!options.token.empty());
  EXPECT_EQ(joined, whole);
}

TEST_F(Lists, TokenOfAnotherRevisionIsRefused) {
  AddMany();
  PageOptions options;
  options.page_size = 10;
  const Subject dan = Subject::User("dan");
  options.token = studio_.ListResources(dan, "", "", options)->next;
  ASSERT_FALSE(options.token.empty());
  EXPECT_TRUE(studio_.ListResources(dan, "", "", options).ok());
  Must({AddUser{"z"}});
  EXPECT_TRUE(IsRefusal(studio_.ListResources(dan, "", "", options),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "another revision: it is of 2, and the list of 3; "
                        "start again from the first page, or list all pages "
                        "from one snapshot"));
}

// Every list with every token: each list accepts only its own tokens.
TEST_F(Lists, TokenOfAnotherQuestionIsRefused) {
  AddMany();
  Must({Share{w_, Target::Default(), "viewer"},
        Share{v_, Target::Default(), "editor"},
        Share{{"songs", "1"}, Target::Default(), "editor"},
        Share{{"songs", "2"}, Target::Default(), "editor"}});
  using Answer = absl::StatusOr<std::string>;
  using List = std::function<Answer(const PageOptions&)>;
  const auto next = [](const auto& page) -> Answer {
    if (!page.ok()) return page.status();
    return page->next;
  };
  const auto what = [&](const Subject& subject, const char* role,
                        const char* type) -> List {
    return [=](const PageOptions& options) {
      return next(studio_.ListResources(subject, role, type, options));
    };
  };
  const auto who = [&](const ResourceRef& resource, const char* role) -> List {
    return [=](const PageOptions& options) {
      return next(studio_.ListPrincipals(resource, role, options));
    };
  };
  const std::vector<List> lists = {
      what(Subject::User("dan"), "", ""),
      what(Subject::User("ann"), "", ""),
      what(Subject::ServiceAccount("bot"), "", ""),
      what(Subject::User("dan"), "editor", ""),
      what(Subject::User("dan"), "", "songs"),
      what(Subject::User("dan"), "", "voice"),
      what(Subject::User("dan"), "editor", "songs"),
      who(v_, ""),
      who(w_, ""),
      who(v_, "editor"),
  };
  PageOptions options;
  options.page_size = 1;
  for (size_t i = 0; i < lists.size(); ++i) {
    options.token = "";
    const Answer token = lists[i](options);
    ASSERT_TRUE(token.ok()) << token.status();
    ASSERT_NE(*token, "") << i;
    options.token = *token;
    for (size_t j = 0; j < lists.size(); ++j) {
      if (i == j) {
        EXPECT_TRUE(lists[j](options).ok()) << i;
      } else {
        EXPECT_TRUE(IsRefusal(lists[j](options), StatusCode::kInvalidArgument,
                              v1::MALFORMED,
                              "another question; pass it with the same list"))
            << i << " " << j;
      }
    }
  }
}

TEST_F(Lists, TokenIsGoodForTheSameListInOtherWords) {
  AddMany();
  PageOptions options;
  options.page_size = 10;
  options.token =
      studio_.ListResources(Subject::ServiceAccount("bot"), "", "", options)
          ->next;
  const Lines second = Lined(*studio_.ListResources(
      Subject::ServiceAccount("bot"), "viewer", "", options));
  EXPECT_EQ(second.front(), "songs:10 viewer");
  EXPECT_EQ(Lined(*studio_.ListResources(Subject::Key("k1"), "", "", options)),
            second);
  options.page_size = 2;
  EXPECT_EQ(Lined(*studio_.ListResources(Subject::Key("k1"), "", "", options)),
            (Lines{second[0], second[1]}));
}

TEST_F(Lists, TokenOfAnotherWorkspaceIsRefused) {
  Workspace other = *engine_.AddWorkspace(Actor::System(), "other");
  ASSERT_TRUE(other.Apply(Actor::System(), StudioChanges()).ok());
  PageOptions options;
  options.page_size = 1;
  options.token = studio_.ListPrincipals(v_, "", options)->next;
  ASSERT_TRUE(studio_.ListPrincipals(v_, "", options).ok());
  EXPECT_TRUE(IsRefusal(other.ListPrincipals(v_, "", options),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "another workspace, or an earlier one with this id; "
                        "start again from the first page"));
  ASSERT_TRUE(engine_.RemoveWorkspace(Actor::System(), "studio").ok());
  Workspace again = *engine_.AddWorkspace(Actor::System(), "studio");
  ASSERT_TRUE(again.Apply(Actor::System(), StudioChanges()).ok());
  EXPECT_TRUE(IsRefusal(again.ListPrincipals(v_, "", options),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "earlier one"));
}

TEST_F(Lists, MalformedTokenOrPageSizeIsRefused) {
  const Subject ann = Subject::User("ann");
  for (const char* token : {"x", "!!", "aGVsbG8", "YQpiCmMKZA", " "}) {
    PageOptions options;
    options.token = token;
    EXPECT_TRUE(IsRefusal(studio_.ListResources(ann, "", "", options),
                          StatusCode::kInvalidArgument, v1::MALFORMED,
                          "page token"))
        << token;
    EXPECT_TRUE(IsRefusal(studio_.ListPrincipals(v_, "", options),
                          StatusCode::kInvalidArgument, v1::MALFORMED,
                          "page token"))
        << token;
  }
  PageOptions none;
  none.page_size = 0;
  EXPECT_TRUE(IsRefusal(studio_.ListResources(ann, "", "", none),
                        StatusCode::kInvalidArgument, v1::MALFORMED,
                        "page size"));
}

TEST_F(Lists, UnknownWordsAreRefused) {
  const Subject ann = Subject::User("ann");
  EXPECT_TRUE(IsRefusal(studio_.ListResources(ann, "owner", ""),
                        StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN,
                        "`owner`"));
  EXPECT_TRUE(IsRefusal(studio_.ListResources(ann, "", "voices"),
                        StatusCode::kInvalidArgument, v1::TYPE_UNKNOWN,
                        "`voices`"));
  EXPECT_TRUE(IsRefusal(studio_.ListResources(ann, "", "vo:ice"),
                        StatusCode::kInvalidArgument, v1::MALFORMED, "colon"));
  EXPECT_TRUE(IsRefusal(studio_.ListPrincipals({"voices", "v"}, ""),
                        StatusCode::kInvalidArgument, v1::TYPE_UNKNOWN,
                        "`voices`"));
}

// Enough resources that the rows of removed ones have been freed.
TEST_F(Lists, AdminsHaveNoneOfWhatWasRemoved) {
  const auto song = [](int i) { return ResourceId{"songs", absl::StrCat(i)}; };
  std::vector<Change> changes;
  for (int i = 0; i < 200; ++i) changes.push_back(AddResource{song(i)});
  Must(changes);
  changes.clear();
  for (int i = 10; i < 190; ++i) changes.push_back(RemoveResource{song(i)});
  Must(changes);
  Lines expected;
  for (int i = 0; i < 200; ++i) {
    if (i < 10 || i >= 190) {
      expected.push_back(song(i).ToString() + " admin");
    }
  }
  EXPECT_EQ(Lined(*studio_.ListResources(Subject::User("boss"), "", "songs")),
            expected);
}

TEST_F(Lists, CancelledCallGivesNoPage) {
  std::vector<Change> changes;
  for (int i = 0; i < 1000; ++i) {
    changes.push_back(
        AddResource{{"songs", absl::StrCat(i)}, "", PrincipalId::User("dan")});
  }
  Must(changes);
  int asked = 0;
  PageOptions options;
  options.cancelled = [&asked] { return ++asked == 3; };
  EXPECT_TRUE(
      IsRefusal(studio_.ListResources(Subject::User("dan"), "", "", options),
                StatusCode::kCancelled, v1::CANCELLED_BY_CALLER, "cancelled"));
  EXPECT_EQ(asked, 3);
  asked = 100;
  EXPECT_EQ(studio_.ListResources(Subject::User("dan"), "", "", options)
                ->items.size(),
            1000u);
  EXPECT_GE(asked, 103);
}

TEST_F(Lists, MatrixHoldsEveryPairThatChecksAllow) {
  Must({Share{w_, Target::Default(), "viewer"},
        Share{v_, Target::Group("outer"), "commenter"}});
  Lines lines;
  const absl::Status status =
      studio_.VisitMatrix([&](const PrincipalId& principal,
                              const ResourceRef& resource, acl::Role role) {
        lines.push_back(absl::StrCat(principal.ToString(), " ",
                                     resource.ToString(), " ",
                                     studio_.RoleName(role)));
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(lines,
            (Lines{"service_account:bot voice:v commenter",
                   "service_account:bot voice:w viewer",
                   "user:ann voice:v admin", "user:ann voice:w viewer",
                   "user:bob voice:v editor", "user:bob voice:w viewer",
                   "user:boss voice:v admin", "user:boss voice:w admin",
                   "user:dan voice:v commenter", "user:dan voice:w viewer"}));
  int seen = 0;
  EXPECT_TRUE(IsRefusal(
      studio_.VisitMatrix([&](const PrincipalId&, const ResourceRef&,
                              acl::Role) { return ++seen < 2; }),
      StatusCode::kCancelled, v1::CANCELLED_BY_CALLER, "ended the matrix"));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace acl
