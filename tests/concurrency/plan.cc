#include "tests/concurrency/plan.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

using compare::Call;
using compare::Random;

const char* const kUsers[] = {"ann", "bob", "cem"};
constexpr char kEmail[] = "ann@example.com";
constexpr char kAccount[] = "bot";
constexpr char kKey[] = "key";

AddUser User(const std::string& id) {
  return AddUser{id, id == kUsers[0] ? kEmail : ""};
}

std::vector<Change> FirstChanges() {
  std::vector<Change> changes = {
      AddServiceAccount{kAccount},
      AddKey{kKey, PrincipalId::ServiceAccount(kAccount)}, SetLimit{6}};
  for (const char* user : kUsers) changes.push_back(User(user));
  for (const std::string& group : Groups()) changes.push_back(AddGroup{group});
  changes.push_back(
      AddResource{Resources()[0], "", PrincipalId::User(kUsers[0])});
  changes.push_back(AddResource{Resources()[1]});
  return changes;
}

Target AnyTarget(Random* random) {
  switch (random->Below(8)) {
    case 0:
    case 1:
    case 2:
      return Target::User(kUsers[random->Below(3)]);
    case 3:
      return Target::ServiceAccount(kAccount);
    case 4:
      return Target::Key(kKey);
    case 5:
      return random->OneIn(2) ? Target::Default() : Target::Email(kEmail);
    default:
      return Target::Group(random->Of(Groups()));
  }
}

Member AnyMember(const std::string& group, Random* random) {
  const std::string& other = Groups()[group == Groups()[0] ? 1 : 0];
  if (random->OneIn(4)) return Member::Group(other);
  if (random->OneIn(4)) return Member::ServiceAccount(kAccount);
  return Member::User(kUsers[random->Below(3)]);
}

Change AnyRemoval(Random* random) {
  switch (random->Below(6)) {
    case 0:
      return RemoveServiceAccount{kAccount};
    case 1:
      return RemoveKey{kKey};
    case 2:
      return RemoveGroup{random->Of(Groups())};
    case 3:
      return RemoveResource{random->Of(Resources())};
    default:
      return RemoveUser{kUsers[random->Below(3)]};
  }
}

// Roughly reverses a change: takes out a member that was put in, adds a thing
// that was removed, and so on.
struct Reversal {
  Random* random;

  Change operator()(const Share& c) const {
    return Unshare{c.resource, c.target};
  }
  Change operator()(const Unshare& c) const {
    return Share{c.resource, c.target, random->Of(Roles())};
  }
  Change operator()(const AddMember& c) const {
    return RemoveMember{c.group, c.member};
  }
  Change operator()(const RemoveMember& c) const {
    return AddMember{c.group, c.member};
  }
  Change operator()(const UpdateUser& c) const {
    return UpdateUser{c.id, {}, {}, false, false};
  }
  Change operator()(const UpdateKey& c) const { return UpdateKey{c.id, true}; }
  Change operator()(const RemoveUser& c) const { return User(c.id); }
  Change operator()(const RemoveServiceAccount& c) const {
    return AddServiceAccount{c.id};
  }
  Change operator()(const AddServiceAccount&) const {
    return AddKey{kKey, PrincipalId::ServiceAccount(kAccount)};
  }
  Change operator()(const RemoveKey& c) const {
    return AddKey{c.id, PrincipalId::ServiceAccount(kAccount)};
  }
  Change operator()(const RemoveGroup& c) const { return AddGroup{c.id}; }
  Change operator()(const RemoveResource& c) const {
    std::optional<PrincipalId> creator;
    if (random->OneIn(2)) creator = PrincipalId::User(kUsers[random->Below(3)]);
    return AddResource{c.resource, "", creator};
  }
  template <class Other>
  Change operator()(const Other&) const {
    return SetLimit{6};
  }
};

// A change that may be accepted, may be refused, or may change nothing.
Change AnyChange(Random* random) {
  const ResourceId& resource = random->Of(Resources());
  const std::string& group = random->Of(Groups());
  switch (random->Below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return Share{resource, AnyTarget(random), random->Of(Roles())};
    case 7:
    case 8:
      return Unshare{resource, AnyTarget(random)};
    case 9:
    case 10:
    case 11:
    case 12:
      return AddMember{group, AnyMember(group, random)};
    case 13:
      return RemoveMember{group, AnyMember(group, random)};
    case 14:
      return UpdateUser{kUsers[random->Below(3)], {}, {}, !random->OneIn(4)};
    case 15:
      return UpdateUser{kUsers[random->Below(3)], {}, {}, {}, random->OneIn(2)};
    case 16:
      return UpdateKey{kKey, random->OneIn(2)};
    case 17:
      return SetLimit{static_cast<uint32_t>(random->Below(8))};
    case 18:
      return std::visit(Reversal{random}, AnyRemoval(random));
    default:
      return AnyRemoval(random);
  }
}

std::vector<Pair> AnyPairs(size_t size, Random* random) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < size; ++i) {
    pairs.push_back(
        {random->Below(Subjects().size()), random->Below(Resources().size())});
  }
  return pairs;
}

// Mostly a few; now and then more than the engine looks up together.
size_t AnyBatchSize(Random* random) {
  return random->OneIn(8) ? 40 : 2 + random->Below(5);
}

Pause AnyPause(Random* random) {
  switch (random->Below(6)) {
    case 0:
    case 1:
      return Pause::kYield;
    case 2:
      return Pause::kSpin;
    default:
      return Pause::kNone;
  }
}

Step AnyChangeStep(const std::optional<Change>& last, Random* random) {
  Step step;
  step.kind = StepKind::kChange;
  step.pause = AnyPause(random);
  Call& call = step.call;
  call.actor.system = !random->OneIn(5);
  if (!call.actor.system) call.actor.id = kUsers[random->Below(3)];
  if (last && random->OneIn(2)) {
    call.changes.push_back(std::visit(Reversal{random}, *last));
  }
  const size_t size = random->OneIn(4) ? 2 + random->Below(2) : 1;
  while (call.changes.size() < size) {
    call.changes.push_back(AnyChange(random));
  }
  call.options.dry_run = random->OneIn(16);
  step.expects_seen = random->OneIn(8);
  return step;
}

Script WriterScript(size_t calls, Random* random) {
  Script script;
  std::optional<Change> last;
  for (size_t i = 0; i < calls; ++i) {
    script.push_back(AnyChangeStep(last, random));
    last = script.back().call.changes.back();
  }
  return script;
}

Step AnyQuestion(bool holding, Random* random) {
  static const StepKind kKinds[] = {
      StepKind::kRole,           StepKind::kRole,
      StepKind::kRoleByHandle,   StepKind::kRoleByHandle,
      StepKind::kRoleByHandle,   StepKind::kCheck,
      StepKind::kCheckMany,      StepKind::kCheckMany,
      StepKind::kRolesByHandle,  StepKind::kRolesByHandle,
      StepKind::kExplain,        StepKind::kListResources,
      StepKind::kListPrincipals, StepKind::kToken};
  Step step;
  step.kind = kKinds[random->Below(std::size(kKinds))];
  step.of_held = holding && random->OneIn(3);
  step.role = random->Below(Roles().size());
  const bool many = step.kind == StepKind::kCheckMany ||
                    step.kind == StepKind::kRolesByHandle;
  step.pairs = AnyPairs(many ? AnyBatchSize(random) : 1, random);
  return step;
}

Script ReaderScript(size_t questions, Random* random) {
  Script script;
  bool holding = false;
  for (size_t i = 0; i < questions; ++i) {
    Step step;
    if (random->OneIn(6)) {
      step.kind = random->OneIn(3) ? StepKind::kHoldAtLeast : StepKind::kHold;
      holding = true;
    } else if (holding && random->OneIn(6)) {
      step.kind = StepKind::kFind;
      step.of_held = true;
      step.pairs = AnyPairs(2, random);
    } else {
      step = AnyQuestion(holding, random);
    }
    step.pause = AnyPause(random);
    script.push_back(std::move(step));
  }
  return script;
}

// Makes one call two or three times under one request id: by the same writer,
// or by both at about the same time.
void Repeat(uint64_t seed, std::vector<Script>* writers, Random* random) {
  Script& own = (*writers)[random->Below(writers->size())];
  Step& step = own[random->Below(own.size())];
  step.expects_seen = false;
  step.call.options.dry_run = false;
  step.call.options.request_id = absl::StrCat("request-", seed);
  const Step copy = step;
  for (Script& script : *writers) {
    script.insert(script.begin() + random->Below(script.size() + 1), copy);
  }
}

std::vector<Start> MakeStarts() {
  std::vector<Start> starts;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    Random random(seed);
    Start start;
    start.changes = FirstChanges();
    oracle::Model model(compare::ToOracle(Settings()));
    for (const Change& change : start.changes) {
      model.Apply(oracle::Actor::System(), {compare::ToOracle(change)});
    }
    for (int i = 0; i < 12; ++i) {
      const Change change = AnyChange(&random);
      const auto applied =
          model.Apply(oracle::Actor::System(), {compare::ToOracle(change)});
      if (std::holds_alternative<oracle::Receipt>(applied)) {
        start.changes.push_back(change);
      }
    }
    start.state = model.state();
    starts.push_back(std::move(start));
  }
  return starts;
}

}  // namespace

const std::vector<compare::Caller>& Subjects() {
  static const auto& subjects = *new std::vector<compare::Caller>{
      {false, Kind::kUser, kUsers[0]}, {false, Kind::kUser, kUsers[1]},
      {false, Kind::kUser, kUsers[2]}, {false, Kind::kServiceAccount, kAccount},
      {false, Kind::kKey, kKey},       {false, Kind::kEmail, kEmail}};
  return subjects;
}
const std::vector<ResourceId>& Resources() {
  static const auto& resources =
      *new std::vector<ResourceId>{{"voice", "a"}, {"voice", "b"}};
  return resources;
}
const std::vector<std::string>& Groups() {
  static const auto& groups = *new std::vector<std::string>{"dev", "ops"};
  return groups;
}
const std::vector<std::string>& Roles() {
  static const auto& roles =
      *new std::vector<std::string>{"viewer", "commenter", "editor", "admin"};
  return roles;
}
const WorkspaceSettings& Settings() {
  static const auto& settings = *new WorkspaceSettings{{}, {"voice"}, 6};
  return settings;
}

const std::vector<Start>& Starts() {
  static const auto& starts = *new std::vector<Start>(MakeStarts());
  return starts;
}

Plan MakePlan(uint64_t seed) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  plan.start = &random.Of(Starts());
  plan.head_start = 2 * random.Below(9);
  const size_t writers = 1 + random.Below(2);
  for (size_t i = 0; i < writers; ++i) {
    plan.scripts.push_back(WriterScript(writers == 1 ? 12 : 7, &random));
  }
  if (random.OneIn(4)) Repeat(seed, &plan.scripts, &random);
  while (plan.scripts.size() < kThreads) {
    plan.scripts.push_back(ReaderScript(14, &random));
  }
  return plan;
}

std::string ToString(const Step& step) {
  static const char* const kWords[] = {
      "change",  "role",           "role by handle",
      "check",   "check many",     "roles by handle",
      "explain", "list resources", "list principals",
      "token",   "hold",           "hold at least",
      "find"};
  if (step.kind == StepKind::kChange) return compare::ToString(step.call);
  std::string text = kWords[static_cast<size_t>(step.kind)];
  if (step.of_held) text += " in the snapshot";
  for (const Pair& pair : step.pairs) {
    absl::StrAppend(&text, ", ",
                    Subjects()[pair.subject].ToSubject().ToString(), " on ",
                    Resources()[pair.resource].ToString());
  }
  return absl::StrCat(text, "; ", Roles()[step.role]);
}

}  // namespace acl::concurrency
