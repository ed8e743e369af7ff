#include "acl/world/import_resources.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

// How many grants it pays to process together.
constexpr int kTogether = 128;

constexpr absl::string_view kDefaultTarget = "default";

}  // namespace

void ResourceImporter::Add(const v1::Workspace& part) {
  for (int begin = 0; begin < part.resources_size();) {
    const int end = begin + CountTogether(part, begin);
    Seek(part, begin, end);
    const Sought* targets = sought_.data();
    for (int i = begin; i < end; ++i) {
      const v1::Resource& resource = part.resources(i);
      Read(resource, {"resources", i}, hashes_[static_cast<size_t>(i - begin)],
           targets);
      targets += resource.grants_size();
    }
    begin = end;
  }
}

int ResourceImporter::CountTogether(const v1::Workspace& part, int begin) {
  int grants = 0;
  int end = begin;
  while (end < part.resources_size() && grants < kTogether) {
    grants += 1 + part.resources(end++).grants_size();
  }
  return end - begin;
}

void ResourceImporter::Seek(const v1::Workspace& part, int begin, int end) {
  const State& state = work_.state();
  const Directory& directory = state.directory;
  hashes_.clear();
  paths_.clear();
  sought_.clear();
  for (int i = begin; i < end; ++i) {
    const v1::Resource& resource = part.resources(i);
    hashes_.push_back(State::HashOf({resource.type(), resource.id()}));
    paths_.push_back(state.resource_index.PathTo(hashes_.back()));
    paths_.back().Prefetch();
    for (const v1::Grant& grant : resource.grants()) {
      Sought& sought = sought_.emplace_back();
      std::tie(sought.kind, sought.id) = ImportWork::Split(grant.target());
      if (sought.kind == Kind::kDefault) continue;
      sought.hash = Directory::HashOf(sought.kind, sought.id);
      sought.path = directory.index.PathTo(sought.hash);
      sought.path.Prefetch();
    }
  }
  for (IdIndex::Path& path : paths_) {
    path.FindLine();
    path.PrefetchLine();
  }
  for (Sought& sought : sought_) {
    if (sought.kind == Kind::kDefault) continue;
    sought.path.FindLine();
    sought.path.PrefetchLine();
  }
  for (const Sought& sought : sought_) {
    if (sought.kind == Kind::kDefault) continue;
    const uint32_t number =
        Directory::Guess(sought.path, sought.kind, sought.hash);
    directory.IdsOf(sought.kind).PathTo(number).cell().Prefetch();
  }
  for (Sought& sought : sought_) {
    if (sought.kind == Kind::kDefault) continue;
    const uint32_t number = directory.Find(sought.kind, sought.id, sought.hash);
    if (number == State::kNone) continue;
    sought.key =
        sought.kind == Kind::kGroup ? GroupKey(number) : PrincipalKey(number);
  }
}

bool ResourceImporter::CheckIdentity(const v1::Resource& resource,
                                     const Place& place, uint64_t hash) {
  const State& state = work_.state();
  bool sound =
      work_.Note(place, "type", state.settings->RequireType(resource.type()));
  sound &= work_.Note(place, "id", CheckId("resource id", resource.id()));
  if (!sound) return false;
  const ResourceRef id{resource.type(), resource.id()};
  if (state.FindResource(id, hash) == State::kNone) return true;
  return work_.Note(place, "id",
                    Refuse(v1::ALREADY_EXISTS,
                           absl::StrCat("resource ", Quoted(id.ToString()),
                                        " exists already; keep one")));
}

void ResourceImporter::Read(const v1::Resource& resource, const Place& place,
                            uint64_t hash, const Sought* targets) {
  const bool sound = CheckIdentity(resource, place, hash);
  work_.Note(place, "name", CheckDisplayName(resource.name()));
  TargetKey creator = 0;
  if (!resource.creator().empty()) {
    creator =
        work_.ReadReference<PrincipalId>(place, "creator", resource.creator());
  }
  baseline_ = 0;
  grants_.clear();
  seen_.clear();
  seen_many_.clear();
  for (int g = 0; g < resource.grants_size(); ++g) {
    ReadGrant(resource.grants(g), targets[g], creator,
              {place.list, place.index, "grants", g});
  }
  if (sound) {
    work_.draft->AddResource({resource.type(), resource.id()}, hash,
                             resource.name(), creator, baseline_, grants_);
  }
}

bool ResourceImporter::IsFirst(TargetKey target) {
  if (seen_.size() < kScan) {
    const bool first =
        std::find(seen_.begin(), seen_.end(), target) == seen_.end();
    if (first) seen_.push_back(target);
    return first;
  }
  if (seen_many_.empty()) seen_many_.insert(seen_.begin(), seen_.end());
  return seen_many_.insert(target).second;
}

void ResourceImporter::ReadGrant(const v1::Grant& grant, const Sought& sought,
                                 TargetKey creator, const Place& place) {
  const Rank rank = ReadRole(grant.role(), place);
  TargetKey target = sought.key;
  if (target == 0 && grant.target() != kDefaultTarget) {
    target = ReadTarget(grant.target(), place);
    if (target == 0) return;
  }
  if (!IsFirst(target)) {
    work_.Note(
        place, "target",
        Refuse(v1::DUPLICATE_GRANT, absl::StrCat(Quoted(grant.target()),
                                                 " has two grants; keep one")));
    return;
  }
  if (rank == 0) return;
  const Ladder& ladder = work_.state().ladder();
  if (target == 0) {
    baseline_ = ladder.SlotAt(rank);
  } else if (target != creator) {
    grants_.push_back({target, ladder.SlotAt(rank)});
  } else if (rank != ladder.top()) {
    work_.Note(
        place, "role",
        Refuse(v1::CREATOR_LOWERED,
               absl::StrCat("the creator ",
                            Quoted(work_.state().directory.IdOfTarget(target)),
                            " is ", Printable(ladder.NameAt(ladder.top())),
                            " for good; leave the grant out")));
  }
}

Rank ResourceImporter::ReadRole(const std::string& role, const Place& place) {
  if (const Rank rank = work_.state().ladder().RankOfName(role)) return rank;
  if (work_.roles_sound || !work_.known_roles.contains(role)) {
    work_.Note(place, "role", work_.state().ladder().Require(role).status());
  }
  return 0;
}

TargetKey ResourceImporter::ReadTarget(const std::string& text,
                                       const Place& place) {
  const absl::StatusOr<Target> target = Target::Parse(text);
  if (target.ok() &&
      (target->kind() == Kind::kEmail || target->kind() == Kind::kKey)) {
    work_.Note(place, "target",
               Refuse(v1::MALFORMED,
                      absl::StrCat("a grant is kept for a user, a service "
                                   "account, a group or `default`, not for ",
                                   Quoted(text))));
    return 0;
  }
  return work_.ReadReference<Target>(place, "target", text);
}

}  // namespace acl
