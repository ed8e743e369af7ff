#include "tests/oracle/small_world.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "acl/encoding/yaml.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

const std::vector<std::string>& RoleNames() {
  static const auto& names =
      *new std::vector<std::string>{"none", "viewer", "admin"};
  return names;
}

const ResourceId& TheResource() {
  static const auto& resource = *new ResourceId{"doc", "1"};
  return resource;
}
const oracle::ResourceId& TheOraclesResource() {
  static const auto& resource = *new oracle::ResourceId{"doc", "1"};
  return resource;
}

// The subjects whose effective roles are compared in every world. The
// principals come first, in the order of lists.
constexpr size_t kPrincipals = 3;
const std::vector<Caller>& Subjects() {
  static const auto& subjects = *new std::vector<Caller>{
      {false, Kind::kServiceAccount, "s"}, {false, Kind::kUser, "u1"},
      {false, Kind::kUser, "u2"},          {false, Kind::kKey, "k1"},
      {false, Kind::kKey, "k2"},           {false, Kind::kKey, "p"}};
  return subjects;
}
const std::vector<oracle::Subject>& OracleSubjects() {
  static const auto& subjects = *[] {
    auto* all = new std::vector<oracle::Subject>;
    for (const Caller& caller : Subjects()) {
      all->push_back(ToOracle(caller.ToSubject()));
    }
    return all;
  }();
  return subjects;
}

// Includes names that do not exist.
const Names& AllNames() {
  static const auto& names = *[] {
    auto* all = new Names{Subjects(), {TheResource(), {"doc", "2"}}};
    all->subjects.push_back({false, Kind::kUser, "s"});
    all->subjects.push_back({false, Kind::kKey, "u1"});
    return all;
  }();
  return names;
}

// The principals, which can be creators, then the groups and `default`: all
// that can hold a grant.
constexpr size_t kSlots = 6;
Target SlotTarget(size_t slot) {
  switch (slot) {
    case 0:
      return Target::User("u1");
    case 1:
      return Target::User("u2");
    case 2:
      return Target::ServiceAccount("s");
    case 3:
      return Target::Group("A");
    case 4:
      return Target::Group("B");
    default:
      return Target::Default();
  }
}
size_t SlotOf(const oracle::Target& target) {
  switch (target.kind) {
    case oracle::TargetKind::kUser:
      return target.id == "u1" ? 0 : 1;
    case oracle::TargetKind::kServiceAccount:
      return 2;
    case oracle::TargetKind::kGroup:
      return target.id == "A" ? 3 : 4;
    default:
      return 5;
  }
}

int RadixOf(size_t digit) { return digit == kNesting ? 3 : 2; }

// The digit with this weight in the reflected code, which alternately counts up
// and down.
int ReflectedDigit(size_t index, size_t weight, int radix) {
  const int digit = static_cast<int>(index / weight % radix);
  const bool down = index / (weight * radix) % 2 == 1;
  return down ? radix - 1 - digit : digit;
}

Member PrincipalMember(size_t i) {
  return i == 2 ? Member::ServiceAccount("s")
                : Member::User(i == 0 ? "u1" : "u2");
}

Change Membership(bool in, const std::string& group, Member member) {
  if (in) return AddMember{group, std::move(member)};
  return RemoveMember{group, std::move(member)};
}

// The change that takes one digit of the directory from a value to another.
Change DigitChange(size_t digit, int from, int to) {
  if (digit == kNesting) {
    const bool a_in_b = from + to == 1;
    return Membership(to != 1, a_in_b ? "B" : "A",
                      Member::Group(a_in_b ? "A" : "B"));
  }
  if (digit >= kDisabled) {
    static const char* const kKeys[] = {"k1", "k2", "p"};
    return UpdateKey{kKeys[digit - kDisabled], to == 0};
  }
  if (digit >= kMember) {
    const size_t bit = digit - kMember;
    return Membership(to == 1, bit % 2 == 0 ? "A" : "B",
                      PrincipalMember(bit / 2));
  }
  UpdateUser update{digit % 2 == 0 ? "u1" : "u2"};
  (digit >= kAdmin ? update.workspace_admin : update.locked) = to == 1;
  return update;
}

}  // namespace

Directory DirectoryAt(size_t index) {
  Directory directory;
  size_t weight = 1;
  for (size_t i = 0; i < kDirectoryDigits; ++i) {
    directory[i] = ReflectedDigit(index, weight, RadixOf(i));
    weight *= static_cast<size_t>(RadixOf(i));
  }
  return directory;
}

size_t GrantsOf(int creator) { return creator == 0 ? 729 : 243; }

SmallWorld::SmallWorld(Tally* tally)
    : tally_(*tally),
      workspace_(*engine_.AddWorkspace(acl::Actor::System(), "w",
                                       {{"viewer", "admin"}, {"doc"}, 100})),
      random_(1),
      witnesses_(Subjects().size()) {
  state_.ladder = {"viewer", "admin"};
  state_.types = {"doc"};
  Apply({AddUser{"u1"}, AddUser{"u2"}, AddServiceAccount{"s"}, AddGroup{"A"},
         AddGroup{"B"}, AddKey{"k1", PrincipalId::ServiceAccount("s")},
         AddKey{"k2", PrincipalId::ServiceAccount("s")},
         AddKey{"p", PrincipalId::User("u1")}});
  directory_[kNesting] = 1;
  roles_ = {Role(), *workspace_.FindRole("viewer"),
            *workspace_.FindRole("admin")};
  a_ = *workspace_.FindGroup("A");
  b_ = *workspace_.FindGroup("B");
  for (const Caller& caller : Subjects()) {
    questions_.push_back({*workspace_.FindSubject(caller.ToSubject()), {}});
  }
  NewResource(0);
}

void SmallWorld::Apply(std::vector<Change> changes) {
  oracle::Receipt expected;
  expected.changed = !changes.empty();
  for (const Change& change : changes) {
    const auto decided =
        oracle::Decide(&state_, oracle::Actor::System(), ToOracle(change));
    // Every change is accepted and has an effect.
    expected.changes.push_back(std::get<oracle::ChangeReceipt>(decided));
    expected.changes.back().changed = true;
  }
  revision_ += expected.changed ? 1 : 0;
  expected.revision = revision_;
  const auto engine = workspace_.Apply(acl::Actor::System(), changes);
  tally_.Same(
      Answer::kChange,
      engine.ok() && SameReceipt(*engine, expected, changes, false), [&] {
        return Differs("the change that led here",
                       engine.ok() ? TextOf(*engine) : TextOf(engine.status()),
                       TextOf(expected, changes, false));
      });
}

void SmallWorld::MoveTo(const Directory& directory) {
  std::vector<Change> changes;
  for (size_t i = 0; i < kDirectoryDigits; ++i) {
    while (directory_[i] != directory[i]) {
      const int to = directory_[i] + (directory_[i] < directory[i] ? 1 : -1);
      changes.push_back(DigitChange(i, directory_[i], to));
      directory_[i] = to;
    }
  }
  Apply(std::move(changes));
}

void SmallWorld::NewResource(int creator) {
  AddResource add{TheResource()};
  if (creator == 3) {
    add.creator = PrincipalId::ServiceAccount("s");
  } else if (creator != 0) {
    add.creator = PrincipalId::User(creator == 1 ? "u1" : "u2");
  }
  std::vector<Change> changes = {add};
  if (!state_.resources.empty()) {
    changes.insert(changes.begin(), RemoveResource{TheResource()});
  }
  Apply(std::move(changes));
  slots_.clear();
  for (size_t slot = 0; slot < kSlots; ++slot) {
    if (static_cast<int>(slot) + 1 != creator) slots_.push_back(slot);
  }
  grants_at_ = 0;
  const ResourceHandle handle = *workspace_.FindResource(TheResource());
  for (HandleQuestion& question : questions_) question.resource = handle;
}

void SmallWorld::MoveGrants(size_t index) {
  size_t weight = 1;
  for (const size_t slot : slots_) {
    const int from = ReflectedDigit(grants_at_, weight, 3);
    const int to = ReflectedDigit(index, weight, 3);
    weight *= 3;
    if (from == to) continue;
    if (to == 0) {
      Apply({Unshare{TheResource(), SlotTarget(slot)}});
    } else {
      Apply({Share{TheResource(), SlotTarget(slot),
                   RoleNames()[static_cast<size_t>(to)]}});
    }
  }
  grants_at_ = index;
}

void SmallWorld::Compare() {
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    witnesses_[i] =
        oracle::Witness(state_, OracleSubjects()[i], TheOraclesResource());
    CompareSubject(i);
  }
  CompareByHandle();
  for (size_t role = 1; role < roles_.size(); ++role) ComparePrincipals(role);
  for (size_t i = 0; i < Subjects().size(); ++i) {
    CompareResources(i, 1 + random_.Below(2));
  }
  // Only one of twelve, since explanations cost as much as everything else.
  CompareExplanation(random_.Below(Subjects().size()), 1 + random_.Below(2));
  if (random_.OneIn(256)) {
    AskEverything(workspace_, ToModel(), AllNames(), {}, &random_, &tally_);
    if (tally_.difference() && tally_.difference()->world.empty()) {
      tally_.difference()->world = WriteYaml(engine_.Export());
    }
  }
}

bool SmallWorld::SameRole(const RoleAnswer& engine,
                          const std::optional<oracle::Found>& oracle) const {
  if (engine.revision != revision_) return false;
  if (!oracle) {
    return !engine.role && engine.witness.kind == SourceKind::kNone;
  }
  if (engine.role != roles_[static_cast<size_t>(oracle->level)]) return false;
  if (engine.witness.kind != KindOf(oracle->kind)) return false;
  return oracle->kind != oracle::SourceKind::kGroup ||
         engine.witness.group == (oracle->path.back() == "A" ? a_ : b_);
}

void SmallWorld::CompareSubject(size_t subject) {
  const acl::Subject who = Subjects()[subject].ToSubject();
  const std::optional<oracle::Found>& witness = witnesses_[subject];
  const auto role = workspace_.EffectiveRole(who, TheResource());
  tally_.Same(Answer::kRole, role.ok() && SameRole(*role, witness), [&] {
    return Differs(
        "role of " + who.ToString(),
        role.ok() ? absl::StrCat(workspace_.RoleName(role->role), " by ",
                                 SourceWord(role->witness.kind), " ",
                                 workspace_.GroupId(role->witness.group),
                                 " at ", role->revision)
                  : TextOf(role.status()),
        absl::StrCat(
            witness ? TextOf(oracle::ToSource(state_, *witness)) : "none",
            " at ", revision_));
  });
  for (size_t asked = 1; asked < roles_.size(); ++asked) {
    const bool expected = LevelOf(subject) >= asked;
    const std::string& name = RoleNames()[asked];
    const auto allowed = workspace_.Check(who, name, TheResource());
    tally_.Same(Answer::kCheck, allowed.ok() && *allowed == expected, [&] {
      return Differs(absl::StrCat("check ", who.ToString(), " ", name),
                     allowed.ok() ? absl::StrCat(*allowed) : "refused",
                     absl::StrCat(expected));
    });
  }
}

void SmallWorld::CompareByHandle() {
  std::array<RoleAnswer, 6> answers;
  const absl::Status status =
      workspace_.EffectiveRoles(questions_, absl::MakeSpan(answers));
  for (size_t i = 0; i < answers.size(); ++i) {
    tally_.Same(
        Answer::kRoleByHandle,
        status.ok() && SameRole(answers[i], witnesses_[i]), [&] {
          return Differs(
              "role by handle of " + Subjects()[i].ToSubject().ToString(),
              workspace_.RoleName(answers[i].role),
              witnesses_[i] ? TextOf(oracle::ToSource(state_, *witnesses_[i]))
                            : "none");
        });
  }
}

size_t SmallWorld::LevelOf(size_t subject) const {
  return witnesses_[subject] ? static_cast<size_t>(witnesses_[subject]->level)
                             : 0;
}

void SmallWorld::ComparePrincipals(size_t role) {
  const auto page = workspace_.ListPrincipals(TheResource(), RoleNames()[role]);
  bool same = page.ok() && page->next.empty() && page->revision == revision_;
  size_t listed = 0;
  for (size_t i = 0; same && i < kPrincipals; ++i) {
    if (LevelOf(i) < role) continue;
    // In the order in which they were added, which is a different one.
    same = std::any_of(page->items.begin(), page->items.end(),
                       [&](const PrincipalRole& item) {
                         return item.principal.kind() == Subjects()[i].kind &&
                                item.principal.id() == Subjects()[i].id &&
                                item.role == roles_[LevelOf(i)];
                       });
    ++listed;
  }
  same = same && listed == page->items.size();
  tally_.Same(Answer::kListedPrincipal, same, [&] {
    std::string engine = page.ok() ? "" : TextOf(page.status());
    std::string oracle;
    for (size_t i = 0; page.ok() && i < page->items.size(); ++i) {
      const PrincipalRole& item = page->items[i];
      absl::StrAppend(&engine, item.principal.ToString(), " ",
                      workspace_.RoleName(item.role), "\n");
    }
    for (size_t i = 0; i < kPrincipals; ++i) {
      if (LevelOf(i) < role) continue;
      absl::StrAppend(&oracle, Subjects()[i].ToSubject().ToString(), " ",
                      RoleNames()[LevelOf(i)], "\n");
    }
    return Differs("who is at least " + RoleNames()[role], engine, oracle);
  });
}

void SmallWorld::CompareResources(size_t subject, size_t role) {
  const acl::Subject who = Subjects()[subject].ToSubject();
  const auto page = workspace_.ListResources(who, RoleNames()[role], "doc");
  const size_t level = LevelOf(subject);
  const bool listed = page.ok() && page->items.size() == 1 &&
                      page->items[0].resource == TheResource() &&
                      page->items[0].role == roles_[level];
  const bool same = level >= role ? listed : page.ok() && page->items.empty();
  tally_.Same(Answer::kListedResource, same, [&] {
    return Differs(absl::StrCat("where ", who.ToString(), " is at least ",
                                RoleNames()[role]),
                   page.ok() ? absl::StrCat(page->items.size(), " resources")
                             : TextOf(page.status()),
                   RoleNames()[level] + " on the one");
  });
}

void SmallWorld::CompareExplanation(size_t subject, size_t role) {
  const acl::Subject who = Subjects()[subject].ToSubject();
  const std::string& asked = RoleNames()[role];
  const auto engine = workspace_.Explain(who, TheResource(), asked);
  const oracle::Model model = ToModel();
  const auto explained =
      model.Explain(OracleSubjects()[subject], TheOraclesResource(), asked);
  const auto& expected = std::get<oracle::Explanation>(explained);
  const bool allowed = LevelOf(subject) >= role;
  const std::string refusal = engine.ok() ? "" : TextOf(engine.status());
  const auto compare = [&](Answer answer, const char* what,
                           const std::string& theirs, const std::string& ours) {
    tally_.Same(answer, theirs == ours, [&] {
      return Differs(absl::StrCat(what, who.ToString(), " ", asked), theirs,
                     ours);
    });
  };
  compare(Answer::kExplanation, "explain ",
          engine.ok() ? TextOf(*engine) : refusal,
          TextOf(expected, asked, allowed));
  compare(Answer::kRemedies, "remedies ",
          engine.ok() ? TextOf(engine->remedies) : refusal,
          TextOf(expected.remedies));
}

size_t SmallWorld::Code() const {
  const auto in = [&](const char* group, oracle::MemberKind kind,
                      const char* id) -> size_t {
    return state_.groups.at(group).members.count({kind, id});
  };
  size_t code = in("A", oracle::MemberKind::kGroup, "B") +
                2 * in("B", oracle::MemberKind::kGroup, "A");
  const auto append = [&](size_t radix, size_t digit) {
    code = code * radix + digit;
  };
  for (const auto& [id, user] : state_.users) {
    append(2, user.locked ? 1 : 0);
    append(2, user.workspace_admin ? 1 : 0);
  }
  for (const char* group : {"A", "B"}) {
    append(2, in(group, oracle::MemberKind::kUser, "u1"));
    append(2, in(group, oracle::MemberKind::kUser, "u2"));
    append(2, in(group, oracle::MemberKind::kServiceAccount, "s"));
  }
  for (const auto& [id, key] : state_.keys) append(2, key.enabled ? 1 : 0);
  const oracle::ResourceRow& row = state_.resources.begin()->second;
  append(kCreators, row.creator ? 1 + SlotOf(ToTarget(*row.creator)) : 0);
  std::array<size_t, kSlots> grants = {};
  for (const auto& [target, role] : row.grants) {
    grants[SlotOf(target)] = role == "viewer" ? 1 : 2;
  }
  for (const size_t grant : grants) append(3, grant);
  return code;
}

oracle::Model SmallWorld::ToModel() const {
  return oracle::Model(state_, 0, revision_);
}

Difference SmallWorld::Differs(std::string question, std::string engine,
                               std::string oracle) const {
  return {0, std::move(question), std::move(engine), std::move(oracle),
          WriteYaml(engine_.Export())};
}

}  // namespace acl::compare
