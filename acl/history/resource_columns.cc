#include "acl/history/resource_columns.h"

#include <algorithm>
#include <string>

#include "acl/base/text.h"

namespace acl {
namespace {

// How many it pays to process together.
constexpr int kTogether = 64;

absl::Status NoSuchRole(uint32_t resource, uint32_t role) {
  return Damaged("resource ", resource, " has a role ", role,
                 " that the ladder does not have");
}

}  // namespace

absl::Status ResourceColumnReader::Add(const v1::ResourceColumns& columns,
                                       Draft* draft) {
  if (absl::Status s = CheckColumns(columns, draft->state()); !s.ok()) return s;
  TextColumn ids(columns.ids());
  TextColumn names(columns.names());
  const int rows = columns.types_size();
  const uint32_t* grants = columns.grants().data();
  for (int begin = 0; begin < rows; begin += kTogether) {
    const int end = std::min(rows, begin + kTogether);
    if (absl::Status s = ReadNames(columns, begin, end, draft->state(), &ids);
        !s.ok()) {
      return s;
    }
    for (int i = begin; i < end; ++i) {
      const Row row{
          names.Next(),
          columns.creators(i),
          static_cast<uint8_t>(columns.baselines()[static_cast<size_t>(i)]),
          {grants, columns.grant_counts(i)}};
      grants += row.grants.size();
      if (absl::Status s =
              AddOne(names_[static_cast<size_t>(i - begin)], row, draft);
          !s.ok()) {
        return s;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ResourceColumnReader::CheckColumns(
    const v1::ResourceColumns& columns, const State& state) {
  const auto rows = static_cast<size_t>(columns.types_size());
  uint64_t grants = 0;
  for (const uint32_t count : columns.grant_counts()) grants += count;
  for (const absl::Status& s :
       {CheckColumn("resources.ids", columns.ids(), rows),
        CheckColumn("resources.names", columns.names(), rows),
        CheckColumn("resources.creators",
                    static_cast<size_t>(columns.creators_size()), rows),
        CheckColumn("resources.baselines", columns.baselines().size(), rows),
        CheckColumn("resources.grant_counts",
                    static_cast<size_t>(columns.grant_counts_size()), rows),
        CheckColumn("resources.grants",
                    static_cast<size_t>(columns.grants_size()), grants),
        CheckNumbersLeft("resources", state.next_resource, rows)}) {
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status ResourceColumnReader::ReadNames(const v1::ResourceColumns& columns,
                                             int begin, int end,
                                             const State& state,
                                             TextColumn* ids) {
  const std::vector<std::string>& types = state.settings->types;
  const Directory& directory = state.directory;
  names_.clear();
  for (int i = begin; i < end; ++i) {
    const uint32_t number =
        state.next_resource + static_cast<uint32_t>(i - begin);
    const absl::string_view id = ids->Next();
    if (absl::Status s =
            DamagedUnless(CheckId("resource id", id), "resource ", number);
        !s.ok()) {
      return s;
    }
    if (columns.types(i) >= types.size()) {
      return Damaged("resource ", number, " has a type ", columns.types(i),
                     " that the table does not have");
    }
    const ResourceRef ref{types[columns.types(i)], id};
    Named& named = names_.emplace_back();
    named.id = ref;
    named.hash = State::HashOf(ref);
    named.path = state.resource_index.PathTo(named.hash);
    named.path.Prefetch();
    // Without a creator this is the path to no row.
    named.creator = directory.principals.PathTo(columns.creators(i) - 1);
    named.creator.Prefetch();
  }
  for (Named& named : names_) {
    named.path.FindLine();
    named.path.PrefetchLine();
    __builtin_prefetch(named.creator.Get());
  }
  return absl::OkStatus();
}

absl::Status ResourceColumnReader::AddOne(const Named& named, const Row& row,
                                          Draft* draft) {
  const State& state = draft->state();
  const uint32_t number = state.next_resource;
  if (const uint32_t other = state.FindResource(named.id, named.hash);
      other != State::kNone) {
    return Damaged("resources ", other, " and ", number, " are both ",
                   Quoted(named.id.ToString()));
  }
  if (absl::Status s =
          DamagedUnless(CheckDisplayName(row.name), "resource ", number);
      !s.ok()) {
    return s;
  }
  if (row.creator > state.directory.next_principal) {
    return Damaged("resource ", number, " has a creator ", row.creator - 1,
                   " who is not there");
  }
  const Ladder& ladder = state.ladder();
  if (row.baseline > ladder.top()) return NoSuchRole(number, row.baseline);
  const TargetKey creator =
      row.creator == 0 ? 0 : PrincipalKey(row.creator - 1);
  if (absl::Status s = ReadGrants(row.grants, creator, state); !s.ok()) {
    return s;
  }
  draft->AddResource(named.id, named.hash, row.name, creator,
                     ladder.SlotAt(row.baseline), grants_);
  return absl::OkStatus();
}

absl::Status ResourceColumnReader::ReadGrants(
    absl::Span<const uint32_t> entries, TargetKey creator, const State& state) {
  const Ladder& ladder = state.ladder();
  const uint32_t resource = state.next_resource;
  grants_.clear();
  uint32_t least = 0;  // lower bound for the next target
  for (const uint32_t entry : entries) {
    const TargetColumnEntry target{entry >> kRoleBits};
    const uint32_t role = entry & ((1u << kRoleBits) - 1);
    if (!target.IsIn(state.directory)) {
      return Damaged("resource ", resource, " has a grant to ",
                     target.ToString(), ", which is not there");
    }
    if (role == 0 || role > ladder.top()) return NoSuchRole(resource, role);
    if (target.target < least) {
      return Damaged("resource ", resource, " has a grant to ",
                     target.ToString(),
                     " twice, or not in the order of its targets");
    }
    if (target.key() == creator) {
      return Damaged("resource ", resource, " has a grant to its creator");
    }
    least = target.target + 1;
    grants_.push_back({target.key(), ladder.SlotAt(static_cast<Rank>(role))});
  }
  return absl::OkStatus();
}

}  // namespace acl
