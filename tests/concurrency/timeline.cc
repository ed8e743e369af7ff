#include "tests/concurrency/timeline.h"

#include <algorithm>
#include <utility>

#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

// Whether a call removes a thing, even if it then adds it again.
struct Removes {
  Kind kind;
  const std::string& id;

  bool operator()(const RemoveUser& c) const {
    return kind == Kind::kUser && c.id == id;
  }
  bool operator()(const RemoveServiceAccount& c) const {
    // A service account's keys go with it; there is only one account.
    return kind == Kind::kKey || (kind == Kind::kServiceAccount && c.id == id);
  }
  bool operator()(const RemoveKey& c) const {
    return kind == Kind::kKey && c.id == id;
  }
  bool operator()(const RemoveGroup& c) const {
    return kind == Kind::kGroup && c.id == id;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

bool RemovesResource(const Change& change, const ResourceId& resource) {
  const auto* removal = std::get_if<RemoveResource>(&change);
  return removal != nullptr && removal->resource == resource;
}

template <class Predicate>
bool Any(const compare::Call& call, const Predicate& predicate) {
  return std::any_of(call.changes.begin(), call.changes.end(), predicate);
}

bool Exists(const oracle::State& state, const compare::Caller& subject) {
  switch (subject.kind) {
    case Kind::kServiceAccount:
      return state.service_accounts.count(subject.id) != 0;
    case Kind::kKey:
      return state.keys.count(subject.id) != 0;
    default:
      return state.users.count(subject.id) != 0;
  }
}

// The user that the e-mail address belongs to.
const compare::Caller& Canonical(const compare::Caller& subject) {
  return subject.kind == Kind::kEmail ? Subjects().front() : subject;
}

int NextLife(int life, bool exists, bool removed, int* lived) {
  if (!exists) return 0;
  if (life != 0 && !removed) return life;
  return ++*lived;
}

size_t PlaceOf(const std::vector<std::string>& all, const std::string& one) {
  return static_cast<size_t>(std::find(all.begin(), all.end(), one) -
                             all.begin());
}

}  // namespace

Timeline::Timeline(oracle::Model first) {
  const oracle::State& state = first.state();
  Lives lives;
  for (const compare::Caller& subject : Subjects()) {
    lives.subjects.push_back(Exists(state, Canonical(subject)));
  }
  for (const ResourceId& resource : Resources()) {
    lives.resources.push_back(
        state.resources.count(compare::ToOracle(resource)) != 0);
  }
  for (const std::string& group : Groups()) {
    lives.groups.push_back(state.groups.count(group) != 0);
  }
  lives_.push_back(lives);
  lived_ = lives;
  models_.push_back(std::move(first));
  roles_.emplace_back(Subjects().size() * Resources().size());
}

std::variant<oracle::Receipt, oracle::Fault> Timeline::Try(
    Revision revision, const compare::Call& call,
    const std::optional<Revision>& expected) {
  std::vector<oracle::Change> changes;
  for (const Change& change : call.changes) {
    changes.push_back(compare::ToOracle(change));
  }
  return models_[revision - first()].Apply(
      compare::ToOracle(call.actor.ToActor()), changes, {true, expected, ""});
}

bool Timeline::Add(const compare::Call& call, oracle::Receipt* receipt) {
  std::vector<oracle::Change> changes;
  for (const Change& change : call.changes) {
    changes.push_back(compare::ToOracle(change));
  }
  oracle::Model next = models_.back();
  auto applied =
      next.Apply(compare::ToOracle(call.actor.ToActor()), changes, {});
  auto* accepted = std::get_if<oracle::Receipt>(&applied);
  if (accepted == nullptr || !accepted->changed) return false;
  *receipt = std::move(*accepted);
  models_.push_back(std::move(next));
  lives_.push_back(NextLives(call));
  roles_.emplace_back(Subjects().size() * Resources().size());
  return true;
}

Lives Timeline::NextLives(const compare::Call& call) {
  const oracle::State& state = models_.back().state();
  Lives lives = lives_.back();
  for (size_t i = 0; i < lives.subjects.size(); ++i) {
    const compare::Caller& subject = Canonical(Subjects()[i]);
    const Removes removes{subject.kind, subject.id};
    const bool removed = Any(call, [&](const Change& change) {
      return std::visit(removes, change);
    });
    lives.subjects[i] = NextLife(lives.subjects[i], Exists(state, subject),
                                 removed, &lived_.subjects[i]);
  }
  for (size_t i = 0; i < lives.resources.size(); ++i) {
    const ResourceId& resource = Resources()[i];
    const bool removed = Any(call, [&](const Change& change) {
      return RemovesResource(change, resource);
    });
    lives.resources[i] =
        NextLife(lives.resources[i],
                 state.resources.count(compare::ToOracle(resource)) != 0,
                 removed, &lived_.resources[i]);
  }
  for (size_t i = 0; i < lives.groups.size(); ++i) {
    const Removes removes{Kind::kGroup, Groups()[i]};
    const bool removed = Any(call, [&](const Change& change) {
      return std::visit(removes, change);
    });
    lives.groups[i] =
        NextLife(lives.groups[i], state.groups.count(Groups()[i]) != 0, removed,
                 &lived_.groups[i]);
  }
  return lives;
}

const Expected& Timeline::RoleAt(Revision revision, const Pair& pair) {
  std::optional<Expected>& known =
      roles_[revision - first()]
            [pair.subject * Resources().size() + pair.resource];
  if (known) return *known;
  const auto answer =
      At(revision).Role(compare::ToOracle(Subjects()[pair.subject].ToSubject()),
                        compare::ToOracle(Resources()[pair.resource]));
  const auto& role = std::get<oracle::RoleAnswer>(answer);
  known = Expected();
  if (!role.witness) return *known;
  known->level = 1 + PlaceOf(Roles(), role.role);
  known->witness = compare::KindOf(role.witness);
  if (known->witness == SourceKind::kGroup) {
    known->group = PlaceOf(Groups(), role.witness->path.back());
  }
  return *known;
}

}  // namespace acl::concurrency
