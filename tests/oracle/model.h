// The oracle: the most naive implementation of docs/semantics.md.
//
// It shares no code with the engine and is written from that page alone. One
// `Model` is one workspace. It holds everything by value in standard
// containers: a batch works on a copy of the whole state and commits it by
// assignment, a dry run discards the copy, and a snapshot is a copy of the
// Model.
//
//   Model m;
//   m.Apply(Actor::System(), {Change::SetResourceTypes({"doc"}),
//                             Change::AddUser("ann"),
//                             Change::AddResource({"doc", "1"})});
//   m.Apply(Actor::System(),
//           {Change::Share({"doc", "1"}, {TargetKind::kUser, "ann"},
//           "editor")});
//   auto answer = m.Role({SubjectKind::kUser, "ann"}, {"doc", "1"});
//
// Nothing here is thread-safe, and nothing throws on purpose.

#ifndef TESTS_ORACLE_MODEL_H_
#define TESTS_ORACLE_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace acl::oracle {

// ---- Nouns ----------------------------------------------------------------

enum class SubjectKind { kUser, kEmail, kServiceAccount, kKey };

// Whom a question is about. For kEmail, `id` is the address.
struct Subject {
  SubjectKind kind = SubjectKind::kUser;
  std::string id;
};
bool operator==(const Subject& a, const Subject& b);

// In the order of lists.
enum class PrincipalKind { kServiceAccount, kUser };

// A user or a service account, by id.
struct Principal {
  PrincipalKind kind = PrincipalKind::kUser;
  std::string id;
};
bool operator==(const Principal& a, const Principal& b);
bool operator<(const Principal& a, const Principal& b);

enum class TargetKind {
  kUser,
  kEmail,
  kServiceAccount,
  kKey,
  kGroup,
  kDefault
};

// Whom a share is for. The target of a stored grant is never kEmail or kKey;
// for kDefault the id is "".
struct Target {
  TargetKind kind = TargetKind::kDefault;
  std::string id;
};
bool operator==(const Target& a, const Target& b);
bool operator<(const Target& a, const Target& b);

enum class MemberKind { kUser, kServiceAccount, kGroup };

// What a group can contain, by id.
struct Member {
  MemberKind kind = MemberKind::kUser;
  std::string id;
};
bool operator==(const Member& a, const Member& b);
bool operator<(const Member& a, const Member& b);

// The identity of a resource; ordered by type, then id, bytewise.
struct ResourceId {
  std::string type;
  std::string id;
};
bool operator==(const ResourceId& a, const ResourceId& b);
bool operator<(const ResourceId& a, const ResourceId& b);

// Who makes a change: a subject, or the embedding service itself.
struct Actor {
  bool system = false;
  Subject subject;

  static Actor System() { return {true, {}}; }
  static Actor Is(Subject subject) { return {false, std::move(subject)}; }
};
bool operator==(const Actor& a, const Actor& b);

// ---- State ----------------------------------------------------------------

// E-mail addresses are in canonical form; "" means none.
struct UserRow {
  std::string email;
  std::string name;
  bool locked = false;
  bool workspace_admin = false;
};
struct ServiceAccountRow {
  std::string name;
  std::string email;
};
struct KeyRow {
  Principal owner;
  bool enabled = true;
};
struct GroupRow {
  std::string name;
  std::set<Member> members;
};
struct ResourceRow {
  std::string name;
  std::optional<Principal> creator;
  std::map<Target, std::string> grants;  // role names
};

// Everything in a workspace except its revision and its request ids.
struct State {
  std::map<std::string, UserRow> users;
  std::map<std::string, ServiceAccountRow> service_accounts;
  std::map<std::string, KeyRow> keys;
  std::map<std::string, GroupRow> groups;
  std::map<ResourceId, ResourceRow> resources;
  std::set<std::string> types;
  std::vector<std::string> ladder = {"viewer", "commenter", "editor", "admin"};
  uint64_t limit = 100;  // 0 for none
};
bool operator==(const State& a, const State& b);
inline bool operator!=(const State& a, const State& b) { return !(a == b); }

// ---- Changes --------------------------------------------------------------

enum class ChangeKind {
  kAddUser,
  kUpdateUser,
  kRemoveUser,
  kAddServiceAccount,
  kUpdateServiceAccount,
  kRemoveServiceAccount,
  kAddKey,
  kUpdateKey,
  kRemoveKey,
  kAddGroup,
  kUpdateGroup,
  kRemoveGroup,
  kAddMember,
  kRemoveMember,
  kAddResource,
  kUpdateResource,
  kRemoveResource,
  kShare,
  kUnshare,
  kSetLimit,
  kSetLadder,
  kSetResourceTypes,
};

// One change: its kind, and the fields that this kind uses. An absent optional
// field means "unchanged" in an update and the default in an addition. An
// e-mail address of "" means none.
struct Change {
  ChangeKind kind = ChangeKind::kSetLimit;
  std::string id;                       // user, service account, key or group
  std::optional<std::string> email;     // users, service accounts
  std::optional<std::string> name;      // all but keys
  std::optional<bool> locked;           // users
  std::optional<bool> workspace_admin;  // users
  std::optional<bool> enabled;          // keys
  Principal owner;                      // kAddKey
  Member member;                        // kAddMember, kRemoveMember
  ResourceId resource;
  std::optional<Principal> creator;  // kAddResource
  Target target;                     // kShare, kUnshare
  std::string role;                  // kShare
  uint64_t limit = 0;                // kSetLimit
  std::vector<std::string> names;    // kSetLadder, kSetResourceTypes

  static Change AddUser(std::string id, std::string email = "",
                        std::string name = "", bool locked = false,
                        bool workspace_admin = false);
  static Change UpdateUser(std::string id);  // then set the optional fields
  static Change RemoveUser(std::string id);
  static Change AddServiceAccount(std::string id, std::string name = "",
                                  std::string email = "");
  static Change UpdateServiceAccount(std::string id);
  static Change RemoveServiceAccount(std::string id);
  static Change AddKey(std::string id, Principal owner, bool enabled = true);
  static Change UpdateKey(std::string id, std::optional<bool> enabled);
  static Change RemoveKey(std::string id);
  static Change AddGroup(std::string id, std::string name = "");
  static Change UpdateGroup(std::string id, std::optional<std::string> name);
  static Change RemoveGroup(std::string id);
  static Change AddMember(std::string group, Member member);
  static Change RemoveMember(std::string group, Member member);
  static Change AddResource(ResourceId resource, std::string name = "",
                            std::optional<Principal> creator = std::nullopt);
  static Change UpdateResource(ResourceId resource,
                               std::optional<std::string> name);
  static Change RemoveResource(ResourceId resource);
  static Change Share(ResourceId resource, Target target, std::string role);
  static Change Unshare(ResourceId resource, Target target);
  static Change SetLimit(uint64_t limit);
  static Change SetLadder(std::vector<std::string> roles);
  static Change SetResourceTypes(std::vector<std::string> types);
};
bool operator==(const Change& a, const Change& b);

// The options of a call.
struct Options {
  bool dry_run = false;
  std::optional<uint64_t> expected_revision;
  std::string request_id;  // "" means none
  bool require_workspace_admin = false;
};

// A refusal. `index` is the refused change's place in the batch; -1 if the
// refusal is about the whole call.
struct Fault {
  std::string code;   // "PermissionDenied"
  std::string fault;  // "NOT_ADMIN"
  int index = -1;
};

// The fault with this name, and its code from the table in docs/semantics.md.
Fault MakeFault(std::string fault, int index = -1);

// ---- Answers --------------------------------------------------------------

// In the witness's order; kDirect and kKey rank equally.
enum class SourceKind {
  kCreator,
  kWorkspaceAdmin,
  kDirect,
  kKey,
  kGroup,
  kBaseline,
};

struct Source {
  SourceKind kind = SourceKind::kBaseline;
  std::string role;
  std::vector<std::string> path;  // group ids; empty unless kGroup
};
bool operator==(const Source& a, const Source& b);

struct RoleAnswer {
  std::string role;  // "none" if there is none
  std::optional<Source> witness;
  uint64_t revision = 0;
};

enum class SubjectState { kOk, kUnknown, kLocked, kKeyDisabled };

struct ExplainedSource {
  Source source;
  bool reaches_maximum = false;  // false for all sources if the role is none
};

// In the order of the table in docs/semantics.md.
enum class RemedyKind {
  kGrant,
  kGrantGroup,
  kGrantBaseline,
  kJoinGroup,
  kUnlock,
  kEnableKey,
};

struct Remedy {
  RemedyKind kind = RemedyKind::kGrant;
  std::string group;  // kGrantGroup, kJoinGroup
  size_t raised = 0;  // how many effective roles would be higher
};
bool operator==(const Remedy& a, const Remedy& b);

struct Explanation {
  std::string role;  // "none" if there is none
  std::vector<ExplainedSource> sources;
  SubjectState subject_state = SubjectState::kOk;
  bool resource_exists = false;
  std::vector<Remedy> remedies;  // empty if the requested role is held
  uint64_t revision = 0;
};

struct ResourceRole {
  ResourceId resource;
  std::string role;
};
bool operator==(const ResourceRole& a, const ResourceRole& b);

struct PrincipalRole {
  Principal principal;
  std::string role;
};
bool operator==(const PrincipalRole& a, const PrincipalRole& b);

struct MatrixRow {
  Principal principal;
  ResourceId resource;
  std::string role;
};
bool operator==(const MatrixRow& a, const MatrixRow& b);

// The effect of one share or unshare. Roles are names; "none" means no role.
struct ShareReceipt {
  Target target;  // as stored
  std::string grant_before;
  std::string grant_after;
  std::string effective_before;
  std::string effective_after;
  std::vector<Source> held_by;
};
bool operator==(const ShareReceipt& a, const ShareReceipt& b);

// What else was removed by one removal; the removed thing itself is not
// counted.
struct RemovalReceipt {
  size_t grants = 0;
  size_t memberships = 0;
  size_t keys = 0;
  size_t creators = 0;
};
bool operator==(const RemovalReceipt& a, const RemovalReceipt& b);

// One receipt for each change of the batch. Only shares, unshares and removals
// have one of the two parts.
struct ChangeReceipt {
  bool changed = false;  // whether this change alone altered the state
  std::optional<ShareReceipt> share;      // kShare, kUnshare
  std::optional<RemovalReceipt> removal;  // user, s. account, key, group,
                                          // resource
};
bool operator==(const ChangeReceipt& a, const ChangeReceipt& b);

struct Receipt {
  std::vector<ChangeReceipt> changes;
  uint64_t revision = 0;  // after the batch
  bool changed = false;
  bool replayed = false;  // repeats the first answer to the request id
};
bool operator==(const Receipt& a, const Receipt& b);

// ---- Form (model_form.cc) -------------------------------------------------

// Whether the text is valid UTF-8, without control characters, of min to max
// bytes.
bool IsCleanText(std::string_view text, size_t min, size_t max);

// Whether `id` can be the id of a resource, or a request id.
bool IsId(std::string_view id);

// Whether `id` can be the id of a user, service account, group or key to be
// added: `default` is reserved.
bool IsNamedId(std::string_view id);

bool IsRoleName(std::string_view name);
bool IsTypeName(std::string_view name);

// Whether `name` can be the name of a user, service account, group or resource;
// "" means no name.
bool IsDisplayName(std::string_view name);

// The address in canonical form; nullopt if it is malformed (as is "").
std::optional<std::string> CanonicalEmail(std::string_view email);

// The argument with e-mail addresses in canonical form; nullopt if anything in
// it is malformed. These functions do not look at a state.
std::optional<Subject> Canonical(const Subject& subject);
std::optional<Actor> Canonical(const Actor& actor);
std::optional<Target> Canonical(const Target& target);
std::optional<Change> Canonical(const Change& change);

// ---- Resolving (model_resolve.cc); subjects are canonical -----------------

// 1 for the lowest role of the ladder; 0 for "none" and for names that are not
// in it.
int Level(const State& state, std::string_view role);

// The inverse of Level(); "none" for 0.
std::string RoleName(const State& state, int level);

// The user or service account with this canonical address.
std::optional<Principal> OwnerOfEmail(const State& state,
                                      const std::string& email);

// What a subject resolves to.
struct Resolved {
  SubjectState state = SubjectState::kUnknown;
  Principal principal;         // unless kUnknown
  bool workspace_key = false;  // given as a key of a service account
};
Resolved Resolve(const State& state, const Subject& subject);

// A path of group ids. They are views of ids in the state.
using GroupPath = std::vector<std::string_view>;

// For every group that contains the member, directly or through others: the
// shortest path to it. Among paths of equal length, the one whose ids compare
// smaller.
std::vector<GroupPath> GroupPaths(const State& state, const Member& member);

// A source, with only as much as a question about a role needs.
struct Found {
  SourceKind kind = SourceKind::kBaseline;
  int level = 0;
  GroupPath path;
};

// Whether `a` is listed before `b`: by the higher role, then in the witness's
// order.
bool ListedBefore(const Found& a, const Found& b);

// Every source of a principal on a resource, in no particular order, as if the
// principal were neither locked nor named by a disabled key.
std::vector<Found> FindSources(const State& state, const Principal& principal,
                               bool workspace_key, const ResourceRow& resource);

// Every source of a group except its own grant: its ancestors and the baseline.
std::vector<Found> FindGroupSources(const State& state,
                                    const std::string& group,
                                    const ResourceRow& resource);

Source ToSource(const State& state, const Found& found);

// The source that gives the effective role; nullopt if there is no role.
std::optional<Found> Witness(const State& state, const Subject& subject,
                             const ResourceId& resource);

// The effective role as a level.
int EffectiveLevel(const State& state, const Subject& subject,
                   const ResourceId& resource);

// Users and service accounts, in the order of lists.
std::vector<Principal> Principals(const State& state);

Subject ToSubject(const Principal& principal);
Target ToTarget(const Principal& principal);
Member ToMember(const Principal& principal);

// The remedies for a denial of the role at `level`, in order.
std::vector<Remedy> Remedies(const State& state, const Subject& subject,
                             const ResourceId& resource, int level);

// ---- Deciding (model_share.cc, model_change.cc) ---------------------------

// The slot that a canonical target stands for: a key's service account, an
// address's owner. Or the fault that says what is not in the workspace.
std::variant<Target, Fault> StoredTarget(const State& state,
                                         const Target& target);

// Decides one canonical share or unshare, and applies it to the state. In this
// and the following functions, the index of a returned Fault is -1, and the
// state must not be used after one.
std::variant<ShareReceipt, Fault> DecideShare(State* state, const Actor& actor,
                                              const Change& change);

// Why the actor may not do what only workspace admins may; nullopt if it may.
std::optional<Fault> NoWorkspaceAdmin(const State& state, const Actor& actor);

// Decides any canonical change, and applies it to the state.
std::variant<ChangeReceipt, Fault> Decide(State* state, const Actor& actor,
                                          const Change& change);

// ---- One workspace --------------------------------------------------------

class Model {
 public:
  // A workspace with this state. For each caller, the last `retention` request
  // ids are kept.
  explicit Model(State initial = State(), size_t retention = 4096,
                 uint64_t revision = 0);

  // Applies a batch completely or not at all.
  std::variant<Receipt, Fault> Apply(const Actor& actor,
                                     const std::vector<Change>& changes,
                                     const Options& options = Options());

  // The effective role and its witness.
  std::variant<RoleAnswer, Fault> Role(const Subject& subject,
                                       const ResourceId& resource) const;

  // Whether the effective role is at least `role`.
  std::variant<bool, Fault> Check(const Subject& subject,
                                  const std::string& role,
                                  const ResourceId& resource) const;

  // Every source and, for a denial of `role` (absent: the lowest of the
  // ladder), the remedies, unless they are not wanted.
  std::variant<Explanation, Fault> Explain(
      const Subject& subject, const ResourceId& resource,
      const std::optional<std::string>& role = std::nullopt,
      bool with_remedies = true) const;

  // The resources (of one type; "" for all) on which the subject has at least
  // `role`, each with its effective role. Ordered by type, then id.
  std::variant<std::vector<ResourceRole>, Fault> ListResources(
      const Subject& subject, const std::string& role,
      const std::string& type = "") const;

  // The principals with at least `role` on the resource, ordered by kind, then
  // id.
  std::variant<std::vector<PrincipalRole>, Fault> ListPrincipals(
      const ResourceId& resource, const std::string& role) const;

  // Every pair with a role, ordered by principal, then resource.
  std::vector<MatrixRow> Matrix() const;

  uint64_t revision() const { return revision_; }
  const State& state() const { return state_; }

 private:
  // A call. An accepted call with a request id is remembered; it is compared as
  // it was made, word for word.
  struct Record {
    std::string request_id;
    Actor actor;
    std::vector<Change> changes;
    Actor canonical_actor;
    std::vector<Change> canonical_changes;
    std::optional<uint64_t> expected_revision;
    Receipt receipt;
  };

  // The call as it was made, without a receipt, and in canonical form; or its
  // fault of form.
  static std::variant<Record, Fault> CanonicalCall(
      const Actor& actor, const std::vector<Change>& changes,
      const Options& options);

  // Decides the call on `*after` and fills in its receipt.
  std::optional<Fault> DecideAll(State* after, Record* call) const;

  // The fault of a question's resource (form, type), or of its role.
  std::optional<Fault> BadResource(const ResourceId& resource) const;
  std::optional<Fault> BadRole(const std::string& role) const;

  // The first answer to this request id, or REQUEST_ID_REUSED; nullopt if the
  // id is new.
  std::optional<std::variant<Receipt, Fault>> Replay(const Record& call) const;

  void Remember(Record record);

  State state_;
  uint64_t revision_ = 0;
  size_t retention_ = 0;
  std::deque<Record> records_;  // oldest first
};

}  // namespace acl::oracle

#endif  // TESTS_ORACLE_MODEL_H_
