#include "acl/store/same.h"

#include <string>
#include <tuple>

namespace acl {
namespace {

constexpr uint32_t kNone = State::kNone;

bool SameSettings(const Settings& a, const Settings& b) {
  return a.ladder.names() == b.ladder.names() &&
         std::tie(a.types, a.max_principals) ==
             std::tie(b.types, b.max_principals);
}

// Compares one thing in two states, in which it may have different numbers.
class Comparison {
 public:
  Comparison(const State& a, const State& b) : a_(a), b_(b) {}

  bool Same(const Touched& touched) const {
    switch (touched.kind) {
      case Kind::kDefault:
        return SameResource(touched.number);
      case Kind::kGroup:
        return SameGroup(touched.number);
      case Kind::kKey:
        return SameKey(touched.number);
      default:
        return SamePrincipal(touched.kind, touched.number);
    }
  }

 private:
  const Directory& in_a() const { return a_.directory; }
  const Directory& in_b() const { return b_.directory; }

  // The number in b of something in a; kNone if it is not there.
  uint32_t InB(TargetKey target) const {
    return in_b().Find(in_a().KindOfTarget(target), in_a().IdOfTarget(target));
  }
  uint32_t ResourceInB(uint32_t resource) const {
    return b_.FindResource(a_.ResourceAt(resource));
  }
  bool SameTarget(TargetKey a, TargetKey b) const {
    if (a == 0 || b == 0) return a == b;
    return in_a().KindOfTarget(a) == in_b().KindOfTarget(b) &&
           in_a().IdOfTarget(a) == in_b().IdOfTarget(b);
  }

  // Whether two sets contain the same things; `in_b` maps a number of a to one
  // of b.
  template <class InB>
  static bool SameSet(SortedNumbers a, SortedNumbers b, const InB& in_b) {
    if (a.size() != b.size()) return false;
    for (auto at = a.Begin(); at.valid(); at.Next()) {
      const uint32_t number = in_b(at.value());
      if (number == kNone || !b.Contains(number)) return false;
    }
    return true;
  }
  bool SameResources(SortedNumbers a, SortedNumbers b) const {
    return SameSet(a, b, [&](uint32_t r) { return ResourceInB(r); });
  }
  bool SameGroups(SortedNumbers a, SortedNumbers b) const {
    return SameSet(a, b, [&](uint32_t g) { return InB(GroupKey(g)); });
  }

  // Compares whatever had this number in either state: `same` is called if it
  // exists in both. `find` maps the number in one state to that in the other.
  template <class Find, class Has, class Same>
  bool SameNumbered(const Find& find, const Has& has, uint32_t number,
                    const Same& same) const {
    // Something added and removed in between is in neither.
    if (!has(a_, number) && !has(b_, number)) return true;
    const uint32_t of_a = has(a_, number) ? number : find(a_, b_, number);
    const uint32_t of_b = has(a_, number) ? find(b_, a_, number) : number;
    if (of_a == kNone || of_b == kNone) return of_a == of_b;
    return same(of_a, of_b);
  }

  bool SamePrincipal(Kind kind, uint32_t number) const {
    const auto has = [](const State& s, uint32_t n) {
      return s.directory.HasPrincipal(n);
    };
    const auto find = [&](const State& in, const State& of, uint32_t n) {
      return in.directory.Find(kind, of.directory.principal_ids.Get(n));
    };
    return SameNumbered(find, has, number, [&](uint32_t a, uint32_t b) {
      return SamePrincipals(a, b);
    });
  }
  bool SamePrincipals(uint32_t a, uint32_t b) const {
    const MemberLine& line_a = *in_a().members.Get(a);
    const MemberLine& line_b = *in_b().members.Get(b);
    if (line_a.locked() != line_b.locked() ||
        line_a.workspace_admin() != line_b.workspace_admin() ||
        in_a().addresses.Get(a) != in_b().addresses.Get(b) ||
        in_a().principal_names.Get(a) != in_b().principal_names.Get(b) ||
        in_a().principal_annotations.Get(a) !=
            in_b().principal_annotations.Get(b) ||
        line_a.groups().size() != line_b.groups().size()) {
      return false;
    }
    // Group memberships are compared from the group's side: both ends were
    // touched.
    const PrincipalRow row_a = in_a().PrincipalAt(a);
    const PrincipalRow row_b = in_b().PrincipalAt(b);
    return row_a.keys.size() == row_b.keys.size() &&
           SameResources(row_a.grants, row_b.grants) &&
           SameResources(row_a.created, row_b.created);
  }

  bool SameGroup(uint32_t number) const {
    const auto has = [](const State& s, uint32_t n) {
      return s.directory.HasGroup(n);
    };
    const auto find = [&](const State& in, const State& of, uint32_t n) {
      return in.directory.Find(Kind::kGroup, of.directory.group_ids.Get(n));
    };
    return SameNumbered(find, has, number, [&](uint32_t a, uint32_t b) {
      const GroupRow row_a = in_a().GroupAt(a);
      const GroupRow row_b = in_b().GroupAt(b);
      return in_a().group_names.Get(a) == in_b().group_names.Get(b) &&
             SameSet(row_a.members, row_b.members,
                     [&](uint32_t m) { return InB(PrincipalKey(m)); }) &&
             SameGroups(row_a.subgroups, row_b.subgroups) &&
             SameGroups(row_a.parents, row_b.parents) &&
             SameResources(row_a.grants, row_b.grants);
    });
  }

  bool SameKey(uint32_t number) const {
    const auto has = [](const State& s, uint32_t n) {
      return s.directory.HasKey(n);
    };
    const auto find = [&](const State& in, const State& of, uint32_t n) {
      return in.directory.Find(Kind::kKey, of.directory.key_ids.Get(n));
    };
    return SameNumbered(find, has, number, [&](uint32_t a, uint32_t b) {
      const KeyRow& row_a = *in_a().keys.Get(a);
      const KeyRow& row_b = *in_b().keys.Get(b);
      return row_a.enabled == row_b.enabled &&
             in_a().key_annotations.Get(a) == in_b().key_annotations.Get(b) &&
             SameTarget(row_a.owner, row_b.owner);
    });
  }

  bool SameResource(uint32_t number) const {
    const auto has = [](const State& s, uint32_t n) {
      return s.HasResource(n);
    };
    const auto find = [&](const State& in, const State& of, uint32_t n) {
      return in.FindResource(of.ResourceAt(n));
    };
    return SameNumbered(find, has, number, [&](uint32_t a, uint32_t b) {
      return a_.resource_names.Get(a) == b_.resource_names.Get(b) &&
             SameTarget(a_.grants.Get(a)->creator(),
                        b_.grants.Get(b)->creator()) &&
             SameGrants(*a_.grants.Get(a), *b_.grants.Get(b));
    });
  }
  bool SameGrants(const GrantLine& a, const GrantLine& b) const {
    const auto same_role = [&](RoleSlot role_a, RoleSlot role_b) {
      return a_.ladder().NameOfSlot(role_a) == b_.ladder().NameOfSlot(role_b);
    };
    if (a.size() != b.size() || !same_role(a.baseline(), b.baseline())) {
      return false;
    }
    bool same = true;
    a.ForEach([&](TargetKey key, RoleSlot role) {
      const uint32_t in_b = InB(key);
      same &= in_b != kNone &&
              same_role(role, b.RoleOf(IsGroup(key) ? GroupKey(in_b)
                                                    : PrincipalKey(in_b)));
    });
    return same;
  }

  const State& a_;
  const State& b_;
};

}  // namespace

bool SameMeaning(const State& a, const State& b,
                 const std::vector<Touched>& touched) {
  if (a.settings != b.settings && !SameSettings(*a.settings, *b.settings)) {
    return false;
  }
  const Comparison comparison(a, b);
  for (const Touched& one : touched) {
    if (!comparison.Same(one)) return false;
  }
  return true;
}

}  // namespace acl
