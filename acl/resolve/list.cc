#include "acl/resolve/list.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "acl/directory/closure.h"

namespace acl {
namespace {

// The union of ordered name sets from a position on, in order, each name once.
// The sets are walked side by side, so that a position deep inside is reached
// without making what comes before it.
class Union {
 public:
  Union(NameKey from, bool after) : from_(from), after_(after) {}

  // Adds a NameSet, or the keys of another map by name. It must outlive this.
  template <class Set>
  void Add(const Set& set) {
    auto input = std::make_unique<InputOf<Set>>(set.From(from_, after_));
    if (input->name() == nullptr) return;
    heap_.push_back(std::move(input));
    std::push_heap(heap_.begin(), heap_.end(), Later());
  }

  bool empty() const { return heap_.empty(); }

  // The next name. REQUIRES: !empty().
  NameRef Pop() {
    NameRef next = *heap_.front()->name();
    while (!heap_.empty() && *heap_.front()->name() == next) {
      std::pop_heap(heap_.begin(), heap_.end(), Later());
      heap_.back()->Advance();
      if (heap_.back()->name() == nullptr) {
        heap_.pop_back();
      } else {
        std::push_heap(heap_.begin(), heap_.end(), Later());
      }
    }
    return next;
  }

 private:
  struct Input {
    virtual ~Input() = default;
    virtual const NameRef* name() const = 0;  // null at the end
    virtual void Advance() = 0;
  };
  template <class Set>
  struct InputOf : Input {
    explicit InputOf(typename Set::Cursor at) : cursor(at) {}
    const NameRef* name() const override {
      return cursor.valid() ? &cursor.key() : nullptr;
    }
    void Advance() override { cursor.Next(); }
    typename Set::Cursor cursor;
  };
  struct Later {
    bool operator()(const std::unique_ptr<Input>& a,
                    const std::unique_ptr<Input>& b) const {
      return NameLess()(*b->name(), *a->name());
    }
  };

  const NameKey from_;
  const bool after_;
  std::vector<std::unique_ptr<Input>> heap_;
};

// Names in order, as a set that Union takes.
class NameList {
 public:
  class Cursor {
   public:
    Cursor(const NameRef* at, const NameRef* end) : at_(at), end_(end) {}
    bool valid() const { return at_ != end_; }
    const NameRef& key() const { return *at_; }
    void Next() { ++at_; }

   private:
    const NameRef* at_;
    const NameRef* end_;
  };

  void Add(const NameRef& name) { names_.push_back(name); }
  void Sort() { std::sort(names_.begin(), names_.end(), NameLess()); }

  Cursor From(const NameKey& key, bool after) const {
    const NameRef* const end = names_.data() + names_.size();
    const NameRef* const at =
        after ? std::upper_bound(names_.data(), end, key, NameLess())
              : std::lower_bound(names_.data(), end, key, NameLess());
    return Cursor(at, end);
  }

 private:
  std::vector<NameRef> names_;
};

// All principals who may hold a role of at least `at_least`, and more. The sets
// are added to `candidates`, those who stand in the resource to `own` first.
void AddPrincipalCandidates(const State& state, const ResourceRow& resource,
                            Rank at_least, NameList* own, Union* candidates) {
  const Directory& directory = state.directory;
  const GrantLine& grants = state.GrantsOn(resource);
  if (state.ladder().RankOfSlot(grants.baseline()) >= at_least) {
    candidates->Add(directory.names);
    return;
  }
  candidates->Add(directory.workspace_admins);
  if (resource.creator != nullptr) own->Add(resource.creator);
  absl::flat_hash_set<const GroupRow*> seen;
  grants.ForEach([&](TargetKey key, RoleSlot role) {
    if (state.ladder().RankOfSlot(role) < at_least) return;
    const NameRef& target = directory.NameOf(key);
    if (!IsGroup(key)) {
      own->Add(target);
      return;
    }
    for (const GroupRow* group :
         GroupsBelow(directory, *directory.Group(target))) {
      if (seen.insert(group).second) candidates->Add(group->members);
    }
  });
  own->Sort();
  candidates->Add(*own);
}

}  // namespace

bool VisitResources(const State& state, const FoundSubject& subject,
                    Rank at_least, absl::string_view type, const NameKey* after,
                    Heartbeat heartbeat, ResourceVisitor visit) {
  if (subject.standing != Standing::kActive) return true;
  const Resolver resolver(state, subject);
  NameKey from{Kind::kDefault, type, ""};
  const bool resume = after != nullptr && Compare(from, *after) < 0;
  Union candidates(resume ? *after : from, resume);
  const PrincipalRow& principal = *subject.principal;
  if (principal.workspace_admin) {
    candidates.Add(state.resource_names);
  } else {
    candidates.Add(principal.created);
    candidates.Add(principal.grants);
    for (const Reached& reached : resolver.groups().reached()) {
      candidates.Add(reached.group->grants);
    }
    candidates.Add(state.baselines);
  }
  while (!candidates.empty()) {
    const NameRef name = candidates.Pop();
    if (!type.empty() && name->type != type) return true;
    if (!heartbeat()) return false;
    const ResourceRow& resource = *state.Resource(name);
    const Effective effective = resolver.On(resource);
    if (effective.rank >= at_least && !visit(resource, effective)) return false;
  }
  return true;
}

bool VisitPrincipals(const State& state, const ResourceRow& resource,
                     Rank at_least, const NameKey* after, Heartbeat heartbeat,
                     PrincipalVisitor visit) {
  // Groups and keys come before service accounts and users in every set.
  const NameKey first = KeyOf(Kind::kServiceAccount, "");
  Union candidates(after != nullptr ? *after : first, after != nullptr);
  NameList own;
  AddPrincipalCandidates(state, resource, at_least, &own, &candidates);
  while (!candidates.empty()) {
    const NameRef name = candidates.Pop();
    if (!heartbeat()) return false;
    const PrincipalRow& principal = *state.directory.Principal(name);
    const Resolver resolver(state, SubjectOf(principal));
    const Effective effective = resolver.On(resource);
    if (effective.rank >= at_least && !visit(principal, effective)) {
      return false;
    }
  }
  return true;
}

}  // namespace acl
