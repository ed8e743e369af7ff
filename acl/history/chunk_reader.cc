#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "acl/base/text.h"
#include "acl/history/chunk_columns.h"
#include "acl/history/damaged.h"
#include "acl/history/record_message.h"
#include "acl/history/resource_columns.h"
#include "acl/history/workspace_chunks.h"
#include "acl/share/request.h"
#include "acl/store/draft.h"

namespace acl {
namespace {

// The parts of a chunk, in order.
constexpr absl::string_view kParts[] = {"principals",  "keys",      "groups",
                                        "memberships", "resources", "requests"};

// The bits of PrincipalColumns.flags and of KeyColumns.flags.
enum PrincipalFlag : uint8_t {
  kServiceAccount = 1,
  kLocked = 2,
  kWorkspaceAdmin = 4
};
constexpr uint8_t kDisabled = 1;

absl::Status CheckFlags(absl::string_view thing, uint32_t number, uint8_t flags,
                        uint32_t known) {
  if ((flags & ~known) == 0) return absl::OkStatus();
  return Damaged(thing, " ", number, " has flags ", flags,
                 " that it can't have");
}

}  // namespace

class ChunkReader::Work {
 public:
  explicit Work(State state) : state_(std::move(state)) {}

  absl::Status Add(const v1::WorkspaceChunk& chunk) {
    if (chunk.has_begin() == draft_.has_value()) {
      return Damaged(draft_ ? "a workspace begins in the middle of another"
                            : "a workspace does not begin");
    }
    if (chunk.has_begin()) {
      if (absl::Status s = Begin(chunk.begin()); !s.ok()) return s;
    }
    if (absl::Status s = CheckOrder(chunk); !s.ok()) return s;
    if (absl::Status s = AddPrincipals(chunk.principals()); !s.ok()) return s;
    if (absl::Status s = AddKeys(chunk.keys()); !s.ok()) return s;
    if (absl::Status s = AddGroups(chunk.groups()); !s.ok()) return s;
    if (absl::Status s = AddMemberships(chunk.memberships()); !s.ok()) return s;
    if (absl::Status s = resources_.Add(chunk.resources(), &*draft_); !s.ok()) {
      return s;
    }
    for (const v1::AnsweredRequest& request : chunk.requests()) {
      if (absl::Status s = AddRequest(request); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<State> Finish() {
    if (absl::Status s = CheckNoCycle(); !s.ok()) return s;
    if (request_count_ != 0) {
      EndCaller();
      draft_->SetRequests(std::move(requests_));
    }
    return *std::move(*draft_).Finish(revision_).state;
  }

 private:
  const State& state() const { return draft_->state(); }
  const Directory& directory() const { return state().directory; }

  absl::Status Begin(const v1::WorkspaceBegin& begin) {
    if (absl::Status s = CheckId("workspace id", begin.id()); !s.ok()) {
      return DamagedUnless(s, "the beginning of a workspace");
    }
    if (begin.revision() > kMaxRevision) {
      return Damaged("revision ", begin.revision(), " is above 2^63 - 1");
    }
    absl::StatusOr<std::shared_ptr<const Settings>> settings =
        ReadSettings(begin.settings());
    if (!settings.ok()) return settings.status();
    state_.workspace = begin.id();
    state_.incarnation = begin.incarnation();
    state_.settings = *std::move(settings);
    revision_ = begin.revision();
    draft_.emplace(state_, Draft::Use::kBuild);
    return absl::OkStatus();
  }

  absl::Status CheckOrder(const v1::WorkspaceChunk& chunk) {
    const bool has[] = {chunk.has_principals(), chunk.has_keys(),
                        chunk.has_groups(),     chunk.has_memberships(),
                        chunk.has_resources(),  chunk.requests_size() > 0};
    for (size_t i = 0; i < std::size(has); ++i) {
      if (!has[i]) continue;
      if (i < part_) {
        return Damaged("`", kParts[i], "` stand behind `", kParts[part_], "`");
      }
      part_ = i;
    }
    return absl::OkStatus();
  }

  absl::Status AddPrincipals(const v1::PrincipalColumns& columns) {
    const size_t rows = columns.flags().size();
    for (const absl::Status& s :
         {CheckColumn("principals.ids", columns.ids(), rows),
          CheckColumn("principals.emails", columns.emails(), rows),
          CheckColumn("principals.names", columns.names(), rows),
          CheckColumn("principals.annotations", columns.annotations(), rows),
          CheckNumbersLeft("principals", directory().next_principal, rows)}) {
      if (!s.ok()) return s;
    }
    TextColumn ids(columns.ids());
    TextColumn emails(columns.emails());
    TextColumn names(columns.names());
    TextColumn annotations(columns.annotations());
    for (const char flags : columns.flags()) {
      const absl::string_view id = ids.Next();
      PrincipalFields fields;
      fields.email = std::string(emails.Next());
      fields.display_name = std::string(names.Next());
      fields.annotation = std::string(annotations.Next());
      if (absl::Status s =
              AddPrincipal(static_cast<uint8_t>(flags), id, std::move(fields));
          !s.ok()) {
        return s;
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddPrincipal(uint8_t flags, absl::string_view id,
                            PrincipalFields fields) {
    const uint32_t number = directory().next_principal;
    const bool service_account = (flags & kServiceAccount) != 0;
    const Kind kind = service_account ? Kind::kServiceAccount : Kind::kUser;
    if (absl::Status s = CheckFlags(
            "principal", number, flags,
            service_account ? kServiceAccount : kLocked | kWorkspaceAdmin);
        !s.ok()) {
      return s;
    }
    if (absl::Status s = CheckFreeId("principal", number, kind, id); !s.ok()) {
      return s;
    }
    if (absl::Status s = CheckEmail(number, fields.email); !s.ok()) return s;
    for (const absl::Status& s : {CheckDisplayName(fields.display_name),
                                  CheckAnnotation(fields.annotation)}) {
      if (!s.ok()) return DamagedUnless(s, "principal ", number);
    }
    fields.locked = (flags & kLocked) != 0;
    fields.workspace_admin = (flags & kWorkspaceAdmin) != 0;
    draft_->AddPrincipal(kind, id, fields);
    return absl::OkStatus();
  }

  // OK if the id is well-formed and not yet used by anything of this kind.
  absl::Status CheckFreeId(absl::string_view thing, uint32_t number, Kind kind,
                           absl::string_view id) const {
    if (absl::Status s = CheckNewId("id", id); !s.ok()) {
      return DamagedUnless(s, thing, " ", number);
    }
    const uint32_t other = directory().Find(kind, id);
    if (other == State::kNone) return absl::OkStatus();
    return Damaged(thing, "s ", other, " and ", number, " both have the id ",
                   Quoted(id));
  }

  absl::Status CheckEmail(uint32_t number, absl::string_view email) const {
    if (email.empty()) return absl::OkStatus();
    const absl::StatusOr<std::string> canonical = CanonicalEmail(email);
    if (!canonical.ok()) {
      return DamagedUnless(canonical.status(), "principal ", number);
    }
    if (*canonical != email) {
      return Damaged("principal ", number, " has the e-mail ", Quoted(email),
                     ", which is kept as ", Quoted(*canonical));
    }
    const uint32_t other = directory().FindByEmail(email);
    if (other == State::kNone) return absl::OkStatus();
    return Damaged("principals ", other, " and ", number,
                   " both have the e-mail ", Quoted(email));
  }

  absl::Status AddKeys(const v1::KeyColumns& columns) {
    const size_t rows = columns.flags().size();
    for (const absl::Status& s :
         {CheckColumn("keys.ids", columns.ids(), rows),
          CheckColumn("keys.owners", static_cast<size_t>(columns.owners_size()),
                      rows),
          CheckColumn("keys.annotations", columns.annotations(), rows),
          CheckNumbersLeft("keys", directory().next_key, rows)}) {
      if (!s.ok()) return s;
    }
    TextColumn ids(columns.ids());
    TextColumn annotations(columns.annotations());
    for (size_t i = 0; i < rows; ++i) {
      const uint32_t number = directory().next_key;
      const auto flags = static_cast<uint8_t>(columns.flags()[i]);
      const uint32_t owner = columns.owners(static_cast<int>(i));
      const absl::string_view id = ids.Next();
      if (absl::Status s = CheckFlags("key", number, flags, kDisabled);
          !s.ok()) {
        return s;
      }
      if (absl::Status s = CheckFreeId("key", number, Kind::kKey, id);
          !s.ok()) {
        return s;
      }
      if (owner >= directory().next_principal) {
        return Damaged("key ", number, " has an owner ", owner,
                       " who is not there");
      }
      const absl::string_view annotation = annotations.Next();
      if (absl::Status s = CheckAnnotation(annotation); !s.ok()) {
        return DamagedUnless(s, "key ", number);
      }
      draft_->AddKey(id, PrincipalKey(owner), flags != kDisabled, annotation);
    }
    return absl::OkStatus();
  }

  absl::Status AddGroups(const v1::GroupColumns& columns) {
    const auto rows = static_cast<size_t>(columns.ids().lengths_size());
    for (const absl::Status& s :
         {CheckColumn("groups.ids", columns.ids(), rows),
          CheckColumn("groups.names", columns.names(), rows),
          CheckNumbersLeft("groups", directory().next_group, rows)}) {
      if (!s.ok()) return s;
    }
    TextColumn ids(columns.ids());
    TextColumn names(columns.names());
    for (size_t i = 0; i < rows; ++i) {
      const uint32_t number = directory().next_group;
      const absl::string_view id = ids.Next();
      const absl::string_view name = names.Next();
      if (absl::Status s = CheckFreeId("group", number, Kind::kGroup, id);
          !s.ok()) {
        return s;
      }
      if (absl::Status s = CheckDisplayName(name); !s.ok()) {
        return DamagedUnless(s, "group ", number);
      }
      draft_->AddGroup(id, name);
    }
    return absl::OkStatus();
  }

  absl::Status AddMemberships(const v1::MembershipColumns& columns) {
    uint64_t members = 0;
    for (const uint32_t count : columns.counts()) members += count;
    for (const absl::Status& s :
         {CheckColumn("memberships.counts",
                      static_cast<size_t>(columns.counts_size()),
                      static_cast<size_t>(columns.groups_size())),
          CheckColumn("memberships.members",
                      static_cast<size_t>(columns.members_size()), members)}) {
      if (!s.ok()) return s;
    }
    const uint32_t* next = columns.members().data();
    for (int i = 0; i < columns.groups_size(); ++i) {
      if (absl::Status s =
              AddMembers(columns.groups(i), {next, columns.counts(i)});
          !s.ok()) {
        return s;
      }
      next += columns.counts(i);
    }
    return absl::OkStatus();
  }

  // Continues a group, or begins a later one.
  absl::Status AddMembers(uint32_t group, absl::Span<const uint32_t> members) {
    if (group >= directory().next_group) {
      return Damaged("group ", group, " has members and is not there");
    }
    if (group < group_) {
      return Damaged("the members of group ", group, " stand behind those of ",
                     "group ", group_);
    }
    if (group > group_) least_member_ = 0;
    group_ = group;
    for (const uint32_t entry : members) {
      const TargetColumnEntry member{entry};
      if (!member.IsIn(directory())) {
        return Damaged("group ", group, " has a member ", member.ToString(),
                       ", which is not there");
      }
      if (entry < least_member_) {
        return Damaged("group ", group, " has ", member.ToString(),
                       " twice, or not in the order of its members");
      }
      least_member_ = entry + 1;
      draft_->AddMember(group, member.key());
    }
    return absl::OkStatus();
  }

  // Repeatedly removes groups that contain no group; those that are left are on
  // a cycle or contain a group that is. O(memberships of groups in groups).
  absl::Status CheckNoCycle() const {
    if (directory().nested == 0) return absl::OkStatus();
    const uint32_t count = directory().next_group;
    std::vector<size_t> inside(count);  // how many groups are left in each
    std::vector<uint32_t> away;
    for (uint32_t group = 0; group < count; ++group) {
      inside[group] = directory().GroupAt(group).subgroups.size();
      if (inside[group] == 0) away.push_back(group);
    }
    for (size_t i = 0; i < away.size(); ++i) {
      auto at = directory().GroupAt(away[i]).parents.Begin();
      for (; at.valid(); at.Next()) {
        if (--inside[at.value()] == 0) away.push_back(at.value());
      }
    }
    if (away.size() == count) return absl::OkStatus();
    return Damaged("group ", OnCycle(inside), " is below itself");
  }

  // A group on a cycle. Every group that is left contains one that is left, so
  // a walk from one to the next has to revisit a group.
  uint32_t OnCycle(const std::vector<size_t>& inside) const {
    std::vector<bool> seen(inside.size());
    uint32_t group = 0;
    while (inside[group] == 0) ++group;
    while (!seen[group]) {
      seen[group] = true;
      auto at = directory().GroupAt(group).subgroups.Begin();
      while (inside[at.value()] == 0) at.Next();
      group = at.value();
    }
    return group;
  }

  absl::Status AddRequest(const v1::AnsweredRequest& message) {
    const uint64_t number = request_count_++;
    absl::StatusOr<AnsweredRequest> request = ReadAnsweredRequest(message);
    if (!request.ok()) {
      return DamagedUnless(request.status(), "request ", number);
    }
    if (number == 0 || request->actor != caller_) {
      if (number != 0 && request->actor < caller_) {
        return Damaged("request ", number, " is of ", Quoted(request->actor),
                       ", which should come before ", Quoted(caller_));
      }
      EndCaller();
      caller_ = request->actor;
      last_answer_ = 0;
    }
    const Receipt& receipt = request->receipt;
    // A change produces the revision after the previous one.
    const Revision least = last_answer_ + (receipt.changed ? 1 : 0);
    if (receipt.revision > revision_ || receipt.revision < least) {
      return Damaged("request ", number, " was answered at revision ",
                     receipt.revision, ", which is not one from ", least,
                     " to ", revision_);
    }
    last_answer_ = receipt.revision;
    if (!of_caller_.by_id.Set(
            message.request_id(),
            std::make_shared<const AnsweredRequest>(*std::move(request)),
            edit_)) {
      return Damaged("request ", number, " has the id ",
                     Quoted(message.request_id()), " of one before");
    }
    of_caller_.by_age.Set(of_caller_.next_age++, message.request_id(), edit_);
    return absl::OkStatus();
  }

  void EndCaller() {
    if (of_caller_.next_age == 0) return;
    requests_.by_caller.Set(caller_,
                            std::make_shared<const CallerRequests>(
                                std::exchange(of_caller_, CallerRequests())),
                            edit_);
  }

  State state_;  // before the draft, which is destroyed first
  std::optional<Draft> draft_;
  Revision revision_ = 0;
  size_t part_ = 0;  // the last part that was present
  // Position in the memberships so far.
  uint32_t group_ = 0;
  uint32_t least_member_ = 0;  // lower bound for the group's next member
  ResourceColumnReader resources_;
  uint64_t request_count_ = 0;
  std::string caller_;  // whose requests are being read
  CallerRequests of_caller_;
  RequestTable requests_;  // of the callers before
  Revision last_answer_ = 0;
  const EditTag edit_ = NewEditTag();
};

ChunkReader::ChunkReader(State state)
    : work_(std::make_unique<Work>(std::move(state))) {}

ChunkReader::~ChunkReader() = default;

absl::Status ChunkReader::Add(const v1::WorkspaceChunk& chunk) {
  return work_->Add(chunk);
}

absl::StatusOr<State> ChunkReader::Finish() { return work_->Finish(); }

}  // namespace acl
