// All the questions that a workspace answers. Part of the public API; begin
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

// The source of a role, chosen the same way everywhere (docs/semantics.md, "The
// witness").
struct Witness {
  SourceKind kind = SourceKind::kNone;
  GroupHandle group;  // for kGroup: the group that holds the grant
};

// The answer to "what may this subject do here?". Compact: Reader::RoleName()
// and Reader::GroupId() return the names.
struct RoleAnswer {
  Role role;  // converts to false if none
  Witness witness;
  Revision revision = 0;
};

// One question of many.
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
  // with the same subject or resource, least role and type. The page size may
  // differ.
  std::string token = {};
  // Polled at least once every 256 rows; true ends the call with Cancelled
  // (CANCELLED_BY_CALLER). A partial page is never returned.
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

// Answers questions about a workspace (Workspace: at the revision that is the
// latest when a call begins) or one revision of it (Snapshot).
// docs/semantics.md defines the terms used in answers.
//
// Thread-safety: any number of threads may ask at once. No call takes a lock or
// waits for a writer. Copies are cheap and refer to the same thing.
//
// Errors: a subject or resource that does not exist has role none; that is an
// answer, not an error. MALFORMED for malformed ids, TYPE_UNKNOWN and
// ROLE_UNKNOWN for types and roles that the workspace does not have,
// REVISION_NOT_AVAILABLE from a snapshot that was evicted by the cap.
class Reader {
 public:
  // The effective role and its witness. By string: two lookups, O(1) on
  // average, then O(groups of the subject * log(grants of the resource)).
  absl::StatusOr<RoleAnswer> EffectiveRole(const Subject& subject,
                                           const ResourceRef& resource) const;
  // By handle, without the lookups. A stale handle answers none. The only error
  // is that of an evicted snapshot.
  absl::StatusOr<RoleAnswer> EffectiveRole(SubjectHandle subject,
                                           ResourceHandle resource) const;
  // One answer for each question, all from one revision. REQUIRES: the sizes
  // are equal.
  absl::Status EffectiveRoles(absl::Span<const HandleQuestion> questions,
                              absl::Span<RoleAnswer> answers) const;

  // Whether the effective role is `role` or higher.
  absl::StatusOr<bool> Check(const Subject& subject, absl::string_view role,
                             const ResourceRef& resource) const;
  // `role` is one that FindRole() returned. ROLE_UNKNOWN if it belongs to
  // another workspace or is no longer in the ladder.
  absl::StatusOr<bool> Check(SubjectHandle subject, Role role,
                             ResourceHandle resource) const;
  // Checks all of them at one revision. One malformed question fails the whole
  // call; the message begins with `question N: `, counting from 0.
  absl::StatusOr<CheckManyAnswer> CheckMany(
      absl::Span<const Question> questions) const;

  // Every source, which of them decide, and for a denial the single changes
  // that would allow `role` (empty: the lowest of the ladder). O(groups of the
  // subject + groups that have enough), plus up to ExplainOptions::row_budget
  // rows to count how many roles the remedies raise. CANCELLED_BY_CALLER.
  absl::StatusOr<Explanation> Explain(const Subject& subject,
                                      const ResourceRef& resource,
                                      absl::string_view role = "",
                                      const ExplainOptions& options = {}) const;

  // The resources of `type` (empty: all types) on which the subject's role is
  // at least `at_least` (empty: any), in the order in which they were added.
  // Visits only what the subject's sources lead to.
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
  // of one revision, streamed. If `visit` returns false, the call ends with
  // Cancelled.
  using MatrixVisitor = std::function<bool(
      const PrincipalId& principal, const ResourceRef& resource, Role role)>;
  absl::Status VisitMatrix(const MatrixVisitor& visit) const;

  // Calls `visit` for every user and service account, by kind, then id. If it
  // returns false, the call ends with Cancelled.
  using PrincipalVisitor = std::function<bool(const PrincipalId& principal)>;
  absl::Status VisitPrincipals(const PrincipalVisitor& visit) const;

  // One item in the exchange format; USER_NOT_FOUND and so on if it does not
  // exist. O(log n + size of the item).
  absl::StatusOr<v1::User> GetUser(absl::string_view id) const;
  absl::StatusOr<v1::ServiceAccount> GetServiceAccount(
      absl::string_view id) const;
  absl::StatusOr<v1::ApiKey> GetKey(absl::string_view id) const;
  absl::StatusOr<v1::Group> GetGroup(absl::string_view id) const;
  absl::StatusOr<v1::Resource> GetResource(const ResourceRef& resource) const;
  // The user or service account behind a subject: the owner of an e-mail
  // address or a key. USER_NOT_FOUND and so on.
  absl::StatusOr<PrincipalId> PrincipalOf(const Subject& subject) const;

  // Calls `visit` with each item, by id, all of one revision. If it returns
  // false, the call ends with Cancelled.
  template <class Item>
  using Visitor = std::function<bool(const Item& item)>;
  absl::Status VisitUsers(const Visitor<v1::User>& visit) const;
  absl::Status VisitServiceAccounts(
      const Visitor<v1::ServiceAccount>& visit) const;
  absl::Status VisitGroups(const Visitor<v1::Group>& visit) const;
  // The keys of one owner. USER_NOT_FOUND or SERVICE_ACCOUNT_NOT_FOUND.
  absl::Status VisitKeys(const PrincipalId& owner,
                         const Visitor<v1::ApiKey>& visit) const;

  // Handles, for callers who ask often. NotFound if the id does not exist.
  absl::StatusOr<SubjectHandle> FindSubject(const Subject& subject) const;
  absl::StatusOr<ResourceHandle> FindResource(
      const ResourceRef& resource) const;
  absl::StatusOr<GroupHandle> FindGroup(absl::string_view id) const;
  // ROLE_UNKNOWN if the ladder does not have it.
  absl::StatusOr<Role> FindRole(absl::string_view name) const;

  // The name of a role: "none" for none, "" for a role that is not in the
  // ladder.
  std::string RoleName(Role role) const;
  // The id of a group; "" if it was removed.
  std::string GroupId(GroupHandle group) const;
  // The ladder's names in ascending order, and the resource types in bytewise
  // order.
  std::vector<std::string> Roles() const;
  std::vector<std::string> ResourceTypes() const;

  // The workspace's id, and the token of the revision that answers now.
  std::string id() const;
  absl::StatusOr<RevisionToken> Token() const;

  // Holds this revision: the snapshot answers from it whatever writers do.
  // Memory: at most one old copy of each page (up to 32 rows) that writers
  // change meanwhile.
  absl::StatusOr<Snapshot> TakeSnapshot() const;

  // The whole workspace, in the exchange format and in canonical order.
  absl::StatusOr<v1::Workspace> Export() const;
  // The same in parts of a few thousand items; the first has the settings, the
  // others are `continued`.
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

// One revision of a workspace, held. Copies share it; the last one releases it.
// It outlives the engine. With EngineOptions::max_snapshot_rows the oldest held
// snapshot may be evicted: from then on it answers OutOfRange
// (REVISION_NOT_AVAILABLE), never wrongly.
class Snapshot : public Reader {
 private:
  friend class Reader;
  using Reader::Reader;
};

}  // namespace acl

#endif  // ACL_READER_H_
