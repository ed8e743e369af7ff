#include "tests/concurrency/new_enemy.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "acl/engine.h"
#include "tests/concurrency/cycle.h"
#include "tests/concurrency/gap.h"

namespace acl::concurrency {
namespace {

const ResourceId kVoice{"voice", "secret"};
constexpr char kEnemy[] = "enemy";
constexpr char kFriend[] = "friend";

std::vector<Change> Setup(Way way) {
  std::vector<Change> changes = {AddUser{kEnemy}, AddUser{kFriend},
                                 AddGroup{"group"}, AddResource{kVoice},
                                 AddMember{"group", Member::User(kFriend)}};
  if (way == Way::kAsMember) {
    changes.push_back(AddMember{"group", Member::User(kEnemy)});
  } else {
    changes.push_back(AddGroup{"inner"});
    changes.push_back(AddMember{"inner", Member::User(kEnemy)});
    changes.push_back(AddMember{"group", Member::Group("inner")});
  }
  return changes;
}

// The group has the resource only after the second of them.
constexpr size_t kSharedPhase = 2;
std::vector<Change> Round(Way way) {
  const Member member =
      way == Way::kAsMember ? Member::User(kEnemy) : Member::Group("inner");
  return {RemoveMember{"group", member},
          Share{kVoice, Target::Group("group"), "editor"},
          Unshare{kVoice, Target::Group("group")}, AddMember{"group", member}};
}

// What one answer says about the enemy and the friend.
struct Seen {
  bool enemy = false;
  bool friend_has = false;
  bool asked_friend = false;
  Revision revision = 0;  // 0: not named
};

// One way to ask. Returns false if the question is refused.
using Ask = std::function<bool(const Reader& reader, Seen* seen)>;

Ask ByString() {
  return [](const Reader& reader, Seen* seen) {
    const auto answer = reader.EffectiveRole(Subject::User(kEnemy), kVoice);
    if (!answer.ok()) return false;
    *seen = {static_cast<bool>(answer->role), false, false, answer->revision};
    return true;
  };
}

Ask ByHandle(SubjectHandle enemy, ResourceHandle resource) {
  return [=](const Reader& reader, Seen* seen) {
    const auto answer = reader.EffectiveRole(enemy, resource);
    if (!answer.ok()) return false;
    *seen = {static_cast<bool>(answer->role), false, false, answer->revision};
    return true;
  };
}

Ask ByBatch(SubjectHandle enemy, SubjectHandle a_friend,
            ResourceHandle resource) {
  return [=](const Reader& reader, Seen* seen) {
    const HandleQuestion questions[] = {
        {enemy, resource}, {a_friend, resource}, {enemy, resource}};
    RoleAnswer answers[3];
    if (!reader.EffectiveRoles(questions, absl::MakeSpan(answers)).ok()) {
      return false;
    }
    *seen = {answers[0].role || answers[2].role,
             static_cast<bool>(answers[1].role), true, answers[0].revision};
    return answers[2].revision == answers[0].revision;
  };
}

Ask ByCheckMany() {
  return [](const Reader& reader, Seen* seen) {
    const Question questions[] = {{Subject::User(kEnemy), "viewer", kVoice},
                                  {Subject::User(kFriend), "viewer", kVoice}};
    const auto answer = reader.CheckMany(questions);
    if (!answer.ok()) return false;
    *seen = {answer->allowed[0], answer->allowed[1], true, answer->revision};
    return true;
  };
}

Ask ByExplanation() {
  return [](const Reader& reader, Seen* seen) {
    const auto answer = reader.Explain(Subject::User(kEnemy), kVoice);
    if (!answer.ok()) return false;
    *seen = {
        answer->role != "none" || answer->allowed || !answer->sources.empty(),
        false, false, answer->revision};
    return true;
  };
}

Ask BySnapshot() {
  return [](const Reader& reader, Seen* seen) {
    const auto snapshot = reader.TakeSnapshot();
    if (!snapshot.ok()) return false;
    const auto enemy = snapshot->EffectiveRole(Subject::User(kEnemy), kVoice);
    const auto page = snapshot->ListPrincipals(kVoice, "");
    const auto resources =
        snapshot->ListResources(Subject::User(kEnemy), "", "");
    if (!enemy.ok() || !page.ok() || !resources.ok()) return false;
    *seen = {enemy->role || !resources->items.empty() || page->items.size() > 1,
             !page->items.empty(), true, enemy->revision};
    return page->revision == enemy->revision;
  };
}

using Asks = std::vector<std::pair<std::string, Ask>>;

// The questions of each of the two readers.
std::vector<Asks> AsksOf(const Workspace& workspace) {
  const SubjectHandle enemy = *workspace.FindSubject(Subject::User(kEnemy));
  const SubjectHandle a_friend = *workspace.FindSubject(Subject::User(kFriend));
  const ResourceHandle resource = *workspace.FindResource(kVoice);
  return {{{"by handle", ByHandle(enemy, resource)},
           {"by batch", ByBatch(enemy, a_friend, resource)}},
          {{"by string", ByString()},
           {"by many checks", ByCheckMany()},
           {"by explanation", ByExplanation()},
           {"by snapshot", BySnapshot()}}};
}

class Stress {
 public:
  explicit Stress(Way way) : cycle_(Setup(way), Round(way)) {}

  NewEnemyCounts Run(absl::Duration duration, bool until_let_in) {
    const Workspace workspace = cycle_.Start(&engine_);
    const std::vector<Asks> asks = AsksOf(workspace);
    CycleWriter writer(workspace, cycle_);
    // In a modified copy of the engine: lets 1, 2, ... changes pass, so that
    // every pair of phases meets.
    SetGap([&writer] {
      thread_local uint64_t turn = 0;
      writer.AwaitChanges(++turn % 5);
    });
    std::vector<std::thread> readers;
    for (const Asks& own : asks) {
      readers.emplace_back([&] { Read(workspace, writer, own); });
    }
    const absl::Time end = absl::Now() + duration;
    while (absl::Now() < end && !(until_let_in && let_in_.load())) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    stop_.store(true);
    for (std::thread& reader : readers) reader.join();
    writer.Stop();
    SetGap([] {});
    counts_.changes = writer.changes();
    if (!writer.fine()) AddWrong("a change", false);
    return counts_;
  }

 private:
  void Read(const Workspace& workspace, const CycleWriter& writer,
            const Asks& asks) {
    NewEnemyCounts counts;
    while (!stop_.load()) {
      for (const auto& [name, ask] : asks) {
        const uint64_t before = writer.changes();
        Seen seen;
        const bool answered = ask(workspace, &seen);
        counts.beside += writer.changes() != before;
        ++counts.answers;
        const bool shared = cycle_.PhaseAt(seen.revision) == kSharedPhase;
        counts.shared += shared;
        if (answered && !seen.enemy &&
            (!seen.asked_friend || seen.friend_has == shared)) {
          continue;
        }
        const char* what = "the friend's role is wrong";
        if (!answered) what = "refused, or of two revisions";
        if (seen.enemy) what = "the enemy has a role";
        AddWrong(absl::StrCat(name, " at ", seen.revision, ": ", what),
                 seen.enemy);
      }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    counts_.answers += counts.answers;
    counts_.beside += counts.beside;
    counts_.shared += counts.shared;
  }

  void AddWrong(const std::string& what, bool let_in) {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint64_t& count = let_in ? counts_.let_in : counts_.wrong;
    if (count++ == 0 && (let_in || counts_.let_in == 0)) counts_.first = what;
    if (let_in) let_in_.store(true);
  }

  const Cycle cycle_;
  Engine engine_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> let_in_{false};
  std::mutex mutex_;
  NewEnemyCounts counts_;
};

}  // namespace

std::string NewEnemyCounts::ToString() const {
  std::string text =
      absl::StrCat(changes, " changes, ", answers, " answers, ", beside,
                   " of them while changes were made, ", shared,
                   " when the resource was shared; the enemy was let in ",
                   let_in, " times, ", wrong, " other answers were wrong");
  if (!first.empty()) absl::StrAppend(&text, ": ", first);
  return text;
}

NewEnemyCounts StressNewEnemy(Way way, absl::Duration duration,
                              bool until_let_in) {
  return Stress(way).Run(duration, until_let_in);
}

}  // namespace acl::concurrency
