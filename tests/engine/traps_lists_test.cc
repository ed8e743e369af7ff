// Traps of other engines: lists that silently end early. docs/traps.md has the
// whole list.
#include <atomic>
#include <ostream>
#include <set>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/matrix.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/every_way.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using absl::StatusCode;
using Lines = std::vector<std::string>;

class TrapsOfLists : public Studio {
 protected:
  // `dan` is an editor of every third song and a viewer of the others: in turn
  // by the baseline, by a group and by a grant of his own.
  void AddSongs(int count) {
    std::vector<Change> changes = {SetLimit{0}};
    for (int i = 0; i < count; ++i) {
      const ResourceId id{"songs", absl::StrCat(i)};
      const Target kTargets[] = {Target::Default(), Target::Group("outer"),
                                 Target::User("dan")};
      changes.push_back(AddResource{id});
      changes.push_back(
          Share{id, kTargets[i % 3], i % 3 == 2 ? "editor" : "viewer"});
    }
    Must(changes);
  }
  // Adds users who are viewers of `voice:w` by the baseline.
  void AddListeners(int count) {
    std::vector<Change> changes = {Share{w_, Target::Default(), "viewer"}};
    for (int i = 0; i < count; ++i) {
      changes.push_back(AddUser{absl::StrCat("u", i)});
    }
    Must(changes);
  }
};

Lines Lined(const Page<ResourceRole>& page) {
  Lines lines;
  for (const ResourceRole& item : page.items) {
    lines.push_back(item.resource.ToString());
  }
  return lines;
}

Lines Lined(const Page<PrincipalRole>& page) {
  Lines lines;
  for (const PrincipalRole& item : page.items) {
    lines.push_back(item.principal.ToString());
  }
  return lines;
}

// Calls `list` repeatedly, cancelled at the first, second, ... possible point,
// until it completes. Every cancelled call must be an error, and the complete
// answer must be the same before and after. Returns the number of points.
template <class List>
int CancelEverywhere(const List& list, size_t page_size,
                     const std::string& token, const Lines& whole) {
  for (int at = 1;; ++at) {
    int asked = 0;
    PageOptions options;
    options.page_size = page_size;
    options.token = token;
    options.cancelled = [&asked, at] { return ++asked == at; };
    const auto page = list(options);
    if (asked < at) {
      EXPECT_EQ(Lined(*page), whole);
      return at - 1;
    }
    EXPECT_TRUE(IsRefusal(page, StatusCode::kCancelled, v1::CANCELLED_BY_CALLER,
                          "cancelled"));
    EXPECT_EQ(asked, at) << "it went on after it was cancelled";
    options.cancelled = {};
    EXPECT_EQ(Lined(*list(options)), whole) << "after point " << at;
    if (testing::Test::HasFailure()) return -1;
  }
}

// Trap: a truncated or cancelled answer is cached and returned as the answer
// (OpenFGA CVE-2025-46331, 3125).
TEST_F(TrapsOfLists, CancelledListOfResourcesIsAnErrorAtEveryPoint) {
  AddSongs(3000);
  struct Row {
    Subject subject;
    const char* at_least;
    int points;  // the minimum: one per 256 rows visited
  };
  const Row kRows[] = {
      {Subject::User("dan"), "", 11},      {Subject::User("dan"), "editor", 11},
      {Subject::User("dan"), "admin", 11},  // no item at all
      {Subject::Key("k1"), "", 7},         {Subject::User("boss"), "admin", 11},
      {Subject::User("bob"), "", 3}};
  for (const Row& row : kRows) {
    SCOPED_TRACE(absl::StrCat(row.subject.ToString(), " ", row.at_least));
    const auto list = [&](const PageOptions& options) {
      return studio_.ListResources(row.subject, row.at_least, "", options);
    };
    const Lines whole = Lined(*list(OnePage()));
    EXPECT_GE(CancelEverywhere(list, 1000000, "", whole), row.points);
  }
}

// As above, on every page of several.
TEST_F(TrapsOfLists, CancelledPageIsAnErrorAndCanBeAskedForAgain) {
  AddSongs(3000);
  const auto list = [&](const PageOptions& options) {
    return studio_.ListResources(Subject::User("dan"), "editor", "", options);
  };
  PageOptions options;
  options.page_size = 300;
  size_t items = 0;
  int points = 0;
  do {
    const auto page = list(options);
    ASSERT_TRUE(page.ok()) << page.status();
    items += page->items.size();
    points += CancelEverywhere(list, 300, options.token, Lined(*page));
    options.token = page->next;
  } while (!options.token.empty());
  EXPECT_EQ(items, 1000u);
  EXPECT_GE(points, 12);
}

// As above, for principals.
TEST_F(TrapsOfLists, CancelledListOfPrincipalsIsAnErrorAtEveryPoint) {
  AddListeners(3000);
  for (const char* at_least : {"", "viewer", "editor"}) {
    const auto list = [&](const PageOptions& options) {
      return studio_.ListPrincipals(w_, at_least, options);
    };
    const Lines whole = Lined(*list(OnePage()));
    const int points = CancelEverywhere(list, 1000000, "", whole);
    EXPECT_GE(points, at_least == std::string("editor") ? 1 : 11);
  }
}

// As above, for the matrix: ending it at any pair returns an error.
TEST_F(TrapsOfLists, MatrixThatIsEndedIsAnErrorAtEveryPair) {
  AddSongs(60);
  AddListeners(20);
  const Lines whole = MatrixLines(studio_);
  ASSERT_GT(whole.size(), 500u);
  for (size_t at = 1; at <= whole.size(); ++at) {
    size_t seen = 0;
    const absl::Status status =
        studio_.VisitMatrix([&](const PrincipalId&, const ResourceRef&,
                                acl::Role) { return ++seen < at; });
    ASSERT_TRUE(IsRefusal(status, StatusCode::kCancelled,
                          v1::CANCELLED_BY_CALLER, "ended the matrix"));
    ASSERT_EQ(seen, at);
  }
  EXPECT_EQ(MatrixLines(studio_), whole);
}

// Accepts this many bytes and no more, like a full disk.
class SmallDisk : public std::streambuf {
 public:
  explicit SmallDisk(size_t room) : room_(room) {}
  const std::string& bytes() const { return bytes_; }

 protected:
  int_type overflow(int_type c) override {
    if (bytes_.size() == room_) return traits_type::eof();
    bytes_.push_back(static_cast<char>(c));
    return c;
  }

 private:
  const size_t room_;
  std::string bytes_;
};

// As above, for the matrix as text: if it cannot be written completely, the
// call returns an error, wherever writing failed.
TEST_F(TrapsOfLists, MatrixThatDoesNotFitIsAnErrorAtEveryByte) {
  const std::vector<Snapshot> snapshots = {*studio_.TakeSnapshot()};
  for (const auto write : {&WriteMatrixCsv, &WriteMatrixJson}) {
    std::ostringstream whole;
    ASSERT_TRUE(write(snapshots, whole, nullptr).ok());
    for (size_t room = 0; room <= whole.str().size(); ++room) {
      SmallDisk disk(room);
      std::ostream out(&disk);
      const absl::Status status = write(snapshots, out, nullptr);
      ASSERT_EQ(status.ok(), room == whole.str().size()) << room;
      if (status.ok()) {
        ASSERT_EQ(disk.bytes(), whole.str());
      } else {
        ASSERT_EQ(FaultOf(status), v1::CANCELLED_BY_CALLER) << status;
      }
    }
  }
}

// As above, for batches: one malformed question refuses all of them.
TEST_F(TrapsOfLists, MalformedQuestionOfManyRefusesAllAtEveryPlace) {
  const Question good = {Subject::User("bob"), "editor", v_};
  for (size_t at = 0; at < 50; ++at) {
    std::vector<Question> questions(50, good);
    questions[at].role = "owner";
    EXPECT_TRUE(IsRefusal(studio_.CheckMany(questions),
                          StatusCode::kInvalidArgument, v1::ROLE_UNKNOWN,
                          absl::StrCat("question ", at, ": ")));
  }
  EXPECT_EQ(studio_.CheckMany(std::vector<Question>(50, good))->allowed,
            std::vector<bool>(50, true));
}

// As above, for a snapshot that is pushed out between two pages.
TEST_F(TrapsOfLists, PageOfAPushedOutSnapshotIsAnError) {
  EngineOptions small;
  small.max_snapshot_rows = 5;
  Engine engine(small);
  Workspace workspace = *engine.AddWorkspace(Actor::System(), "w");
  std::vector<Change> changes = {AddUser{"u"}};
  for (int i = 0; i < 10; ++i) {
    changes.push_back(
        AddResource{{"voice", absl::StrCat(i)}, "", PrincipalId::User("u")});
  }
  ASSERT_TRUE(workspace.Apply(Actor::System(), changes).ok());
  const Snapshot snapshot = *workspace.TakeSnapshot();
  PageOptions options;
  options.page_size = 4;
  const Subject u = Subject::User("u");
  options.token = snapshot.ListResources(u, "", "", options)->next;
  for (int i = 10; i < 20; ++i) {
    ASSERT_TRUE(
        workspace
            .Apply(Actor::System(), {AddResource{{"voice", absl::StrCat(i)}}})
            .ok());
  }
  EXPECT_TRUE(IsRefusal(snapshot.ListResources(u, "", "", options),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "pushed out"));
  EXPECT_TRUE(IsRefusal(workspace.ListResources(u, "", "", options),
                        StatusCode::kOutOfRange, v1::REVISION_NOT_AVAILABLE,
                        "another revision"));
}

// Joins all pages of a list. Each must be from the same revision, must be full
// unless it is the last, and must repeat no item.
template <class List>
Lines Joined(const List& list, size_t page_size, Revision revision) {
  Lines joined;
  std::set<std::string> seen;
  PageOptions options;
  options.page_size = page_size;
  for (;;) {
    auto page = list(options);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return joined;
    EXPECT_EQ(page->revision, revision);
    if (!page->next.empty()) {
      EXPECT_EQ(page->items.size(), page_size);
    }
    for (std::string& line : Lined(*page)) {
      EXPECT_TRUE(seen.insert(line).second) << line;
      joined.push_back(std::move(line));
    }
    if (page->next.empty()) return joined;
    EXPECT_NE(page->next, options.token) << "it does not go on";
    options.token = page->next;
    if (testing::Test::HasFailure()) return joined;
  }
}

// Changes the contents of the lists until the scope ends.
class Meddler {
 public:
  explicit Meddler(const Workspace& workspace)
      : thread_([this, workspace] { Run(workspace); }) {}
  ~Meddler() {
    stop_.store(true);
    thread_.join();
  }
  void Await(int rounds) const {
    while (rounds_.load() < rounds) std::this_thread::yield();
  }

 private:
  void Run(Workspace workspace) {
    for (int i = 0; !stop_.load(); i = (i + 37) % 10000) {
      const ResourceId song{"songs", absl::StrCat(i)};
      const std::string user = absl::StrCat("u", i);
      const auto receipt = workspace.Apply(
          Actor::System(),
          {RemoveResource{song}, AddResource{song}, RemoveUser{user},
           Share{
               {"voice", "w"}, Target::Default(), i % 2 ? "viewer" : "editor"},
           AddUser{user}, AddResource{{"songs", absl::StrCat("new", i)}},
           RemoveResource{{"songs", absl::StrCat("new", i)}}});
      if (receipt.ok()) rounds_.fetch_add(1);
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> rounds_{0};
  std::thread thread_;
};

// Trap: lists silently stop at a limit, after 3 seconds or 1000 items (OpenFGA
// 435, 1298, 2828). Here, 10,000 items in pages of any size are all from one
// revision, while a writer makes changes.
TEST_F(TrapsOfLists, PagesOfAnySizeAreCompleteAndInOrderBesideAWriter) {
  constexpr size_t kItems = 10000;
  AddSongs(kItems);
  AddListeners(kItems);
  const Snapshot snapshot = *studio_.TakeSnapshot();
  const Revision revision = snapshot.Token()->revision;
  const Meddler meddler(studio_);
  meddler.Await(3);
  Lines songs, listeners;
  for (const size_t size : {10000, 1, 2, 999, 1000, 1001, 9999, 10001}) {
    SCOPED_TRACE(absl::StrCat("pages of ", size));
    const Lines resources = Joined(
        [&](const PageOptions& options) {
          return snapshot.ListResources(Subject::User("dan"), "", "songs",
                                        options);
        },
        size, revision);
    const Lines principals = Joined(
        [&](const PageOptions& options) {
          return snapshot.ListPrincipals(w_, "", options);
        },
        size, revision);
    ASSERT_EQ(resources.size(), kItems);
    ASSERT_EQ(principals.size(), kItems + 5);  // all but the locked one
    if (songs.empty()) songs = resources;
    if (listeners.empty()) listeners = principals;
    ASSERT_EQ(resources, songs);
    ASSERT_EQ(principals, listeners);
  }
  meddler.Await(20);
}

// As above: the default page has 1000 items and says whether there are more;
// one that is exactly full says that there are none.
TEST_F(TrapsOfLists, FullPageSaysWhetherItGoesOn) {
  AddSongs(1001);
  const Subject dan = Subject::User("dan");
  const auto page = studio_.ListResources(dan, "", "songs");
  EXPECT_EQ(page->items.size(), 1000u);
  EXPECT_FALSE(page->next.empty());
  Must({RemoveResource{{"songs", "0"}}});
  const auto full = studio_.ListResources(dan, "", "songs");
  EXPECT_EQ(full->items.size(), 1000u);
  EXPECT_TRUE(full->next.empty());
}

// As above: the matrix and the export have no limit at all.
TEST_F(TrapsOfLists, MatrixAndExportHaveNoLimit) {
  AddSongs(10000);
  EXPECT_EQ(studio_.Export()->resources_size(), 10002);
  size_t of_dan = 0;
  EXPECT_TRUE(studio_
                  .VisitMatrix([&](const PrincipalId& principal,
                                   const ResourceRef&, acl::Role) {
                    if (principal.id() == "dan") ++of_dan;
                    return true;
                  })
                  .ok());
  EXPECT_EQ(of_dan, 10000u);
}

}  // namespace
}  // namespace acl
