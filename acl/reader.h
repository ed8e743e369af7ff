// Everything that can be asked of a workspace. Part of the public API; begin
// reading at acl/engine.h.
#ifndef ACL_READER_H_
#define ACL_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/base/handle.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/resolve/source.h"
#include "acl/share/explanation.h"
#include "acl/world/world_parts.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

class HeldVersion;
class Snapshot;
class WorkspaceCore;

// The source that a role was taken from, chosen the same way everywhere
// (docs/semantics.md, "The witness").
struct Witness {
  SourceKind kind = SourceKind::kNone;
  GroupHandle group;  // for a group: the one that holds the grant
};

// The answer to "what may this subject do here?". Dense: Reader::RoleName() and
// Reader::GroupId() give the names.
struct RoleAnswer {
  Role role;  // false when converted to bool: none
  Witness witness;
  Revision revision = 0;
};

// One of many questions.
struct Question {
  Subject subject;
  absl::string_view role;
  ResourceRef resource;
};
struct HandleQuestion {
  SubjectHandle subject;
  ResourceHandle resource;
};

struct CheckManyAnswer {
  std::vector<bool> allowed;  // one for each question
  Revision revision = 0;
};

// Which part of a list is wanted, and how to stop it.
struct PageOptions {
  // At most this many items; at least 1.
  size_t page_size = 1000;
  // Empty for the first page, then the previous page's `next`. A token belongs
  // to one revision and one question: ask the same snapshot for the same list,
  // subject or resource, least role and type. The page size may differ.
  std::string token = {};
  // Asked now and then, at least once every 256 rows; true ends the call with
  // Cancelled (CANCELLED_BY_CALLER). Never a partial page.
  std::function<bool()> cancelled = {};
};

struct ResourceRole {
  ResourceId resource;
  Role role;
};
struct PrincipalRole {
  PrincipalId principal;
  Role role;
};

// A page of a list. `next` is empty on the last one.
template <class Item>
struct Page {
  std::vector<Item> items;
  std::string next;
  Revision revision = 0;
};

// Asks a workspace (Workspace: at its latest revision, each call anew) or one
// revision of it (Snapshot). The words of each answer are those of
// docs/semantics.md.
//
// Thread-safety: any number of threads may ask at once. No call takes a lock or
// waits for a writer. Copies are cheap and ask the same.
//
// Errors: what does not exist has role none; that is an answer, not an error.
// MALFORMED for malformed ids, TYPE_UNKNOWN and ROLE_UNKNOWN for types and
// roles that the workspace does not have, REVISION_NOT_AVAILABLE from a
// snapshot that was pushed out by the cap.
class Reader {
 public:
  // The effective role and its witness. By string: two lookups, O(1) on
  // average, then O(groups of the subject * log(grants of the resource)).
  absl::StatusOr<RoleAnswer> EffectiveRole(const Subject& subject,
                                           const ResourceRef& resource) const;
  // By handle, without the lookups. A stale handle answers none. Only a pushed
  // out snapshot is an error.
  absl::StatusOr<RoleAnswer> EffectiveRole(SubjectHandle subject,
                                           ResourceHandle resource) const;
  // One answer for each question, all from one revision. REQUIRES: the sizes
  // are equal.
  absl::Status EffectiveRoles(absl::Span<const HandleQuestion> questions,
                              absl::Span<RoleAnswer> answers) const;

  // Whether the effective role is `role` or higher.
  absl::StatusOr<bool> Check(const Subject& subject, absl::string_view role,
                             const ResourceRef& resource) const;
  // `role` as FindRole() gave it; of another workspace, or gone from the
  // ladder: ROLE_UNKNOWN.
  absl::StatusOr<bool> Check(SubjectHandle subject, Role role,
                             ResourceHandle resource) const;
  // Checks all of them at one revision. A malformed question refuses the whole
  // call; the message begins with `question N: `, N from 0.
  absl::StatusOr<CheckManyAnswer> CheckMany(
      absl::Span<const Question> questions) const;

  // Every source, those that decide, and for a denial the single changes that
  // would allow `role` (empty: the lowest of the ladder). O(groups of the
  // subject + groups that have enough), and up to ExplainOptions::row_budget
  // rows for counting what the remedies raise. CANCELLED_BY_CALLER.
  absl::StatusOr<Explanation> Explain(const Subject& subject,
                                      const ResourceRef& resource,
                                      absl::string_view role = "",
                                      const ExplainOptions& options = {}) const;

  // The resources of `type` (empty: all types) on which the subject's role is
  // at least `at_least` (empty: any), in the order in which they were added.
  // Looks only at what the subject's sources lead to.
  //
  // To list all pages at one revision, take a snapshot first and ask it for
  // every page: a Workspace refuses a token of a revision that is not the
  // latest (REVISION_NOT_AVAILABLE). A token of another question is MALFORMED.
  absl::StatusOr<Page<ResourceRole>> ListResources(
      const Subject& subject, absl::string_view at_least,
      absl::string_view type, const PageOptions& options = {}) const;

  // The users and service accounts whose role on the resource is at least
  // `at_least` (empty: any), in the order in which they were added.
  absl::StatusOr<Page<PrincipalRole>> ListPrincipals(
      const ResourceRef& resource, absl::string_view at_least,
      const PageOptions& options = {}) const;

  // Calls `visit` for every user and service account, by kind, then id, with
  // every resource on which it has a role, by type, then id: the whole matrix
  // of one revision, without holding it. False from `visit` ends it with
  // Cancelled.
  using MatrixVisitor = std::function<bool(
      const PrincipalId& principal, const ResourceRef& resource, Role role)>;
  absl::Status VisitMatrix(const MatrixVisitor& visit) const;

  // Calls `visit` for every user and service account, by kind, then id. False
  // ends it with Cancelled.
  using PrincipalVisitor = std::function<bool(const PrincipalId& principal)>;
  absl::Status VisitPrincipals(const PrincipalVisitor& visit) const;

  // What there is of one thing, in the exchange format; USER_NOT_FOUND and so
  // on where there is none. O(log n) and what it has.
  absl::StatusOr<v1::User> GetUser(absl::string_view id) const;
  absl::StatusOr<v1::ServiceAccount> GetServiceAccount(
      absl::string_view id) const;
  absl::StatusOr<v1::ApiKey> GetKey(absl::string_view id) const;
  absl::StatusOr<v1::Group> GetGroup(absl::string_view id) const;
  absl::StatusOr<v1::Resource> GetResource(const ResourceRef& resource) const;
  // The user or service account that a subject stands for: the owner of an
  // e-mail address or a key. USER_NOT_FOUND and so on.
  absl::StatusOr<PrincipalId> PrincipalOf(const Subject& subject) const;

  // Calls `visit` with each one, by id, all of one revision. False ends it with
  // Cancelled.
  template <class Item>
  using Visitor = std::function<bool(const Item& item)>;
  absl::Status VisitUsers(const Visitor<v1::User>& visit) const;
  absl::Status VisitServiceAccounts(
      const Visitor<v1::ServiceAccount>& visit) const;
  absl::Status VisitGroups(const Visitor<v1::Group>& visit) const;
  // The keys of one owner. USER_NOT_FOUND or SERVICE_ACCOUNT_NOT_FOUND.
  absl::Status VisitKeys(const PrincipalId& owner,
                         const Visitor<v1::ApiKey>& visit) const;

  // Handles, for callers who ask often. NotFound if there is none.
  absl::StatusOr<SubjectHandle> FindSubject(const Subject& subject) const;
  absl::StatusOr<ResourceHandle> FindResource(
      const ResourceRef& resource) const;
  absl::StatusOr<GroupHandle> FindGroup(absl::string_view id) const;
  // ROLE_UNKNOWN if the ladder does not have it.
  absl::StatusOr<Role> FindRole(absl::string_view name) const;

  // The name of a role: "none" for none, "" for one that is not in the ladder.
  std::string RoleName(Role role) const;
  // The id of a group; "" if it is gone.
  std::string GroupId(GroupHandle group) const;
  // The ladder's names in rising order, and the resource types bytewise.
  std::vector<std::string> Roles() const;
  std::vector<std::string> ResourceTypes() const;

  // The workspace's id and the token of the revision that is asked now.
  std::string id() const;
  absl::StatusOr<RevisionToken> Token() const;

  // This revision, to ask it as long as it is held, whatever writers do.
  // Memory: at most one old copy of each page, of up to 32 rows, that one of
  // them changes in meanwhile.
  absl::StatusOr<Snapshot> TakeSnapshot() const;

  // Everything, in the exchange format and in canonical order.
  absl::StatusOr<v1::Workspace> Export() const;
  // The same in parts of some thousand items, the first with the settings, the
  // others `continued`.
  absl::Status Export(const WorldSink& sink) const;

 protected:
  Reader(std::shared_ptr<WorkspaceCore> core,
         std::shared_ptr<const HeldVersion> held);

  const std::shared_ptr<WorkspaceCore>& core() const { return core_; }

 private:
  friend class HeldState;
  friend class PinnedState;

  std::shared_ptr<WorkspaceCore> core_;
  std::shared_ptr<const HeldVersion> held_;  // null: the latest
};

// One revision of a workspace, held. Copying shares it; it ends with the last
// copy. It outlives the engine. With EngineOptions::max_snapshot_rows the
// oldest held snapshot may be pushed out: from then on it answers OutOfRange
// (REVISION_NOT_AVAILABLE), never wrongly.
class Snapshot : public Reader {
 private:
  friend class Reader;
  using Reader::Reader;
};

}  // namespace acl

#endif  // ACL_READER_H_
