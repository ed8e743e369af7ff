// The oracle: the most naive program that does what docs/semantics.md says.
//
// It shares no code with the engine and is written from that page alone. One
// `Model` is one workspace. Everything is held by value in standard containers;
// a batch works on a copy of the whole state and commits it by assignment, a
// dry run throws the copy away, and a snapshot is a copy of the Model.
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

// Who a question is about. `id` is the address when the kind is kEmail.
struct Subject {
  SubjectKind kind = SubjectKind::kUser;
  std::string id;
};
bool operator==(const Subject& a, const Subject& b);

// In the order in which lists show principals.
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

// Who a share is for. A stored grant's target is never kEmail or kKey; the id
// of kDefault is "".
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

// E-mails are in canonical form; "" where there is none.
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

// Everything of a workspace except its revision and its request ids.
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

// One change: a kind and the fields that this kind reads. An optional field
// that is absent means "as it is" in an update and the default in an addition;
// an e-mail of "" means none.
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

// The conditions of a call.
struct Options {
  bool dry_run = false;
  std::optional<uint64_t> expected_revision;
  std::string request_id;  // "" for none
  bool require_workspace_admin = false;
};

// A refusal. `index` is the change in the batch, -1 when it is the whole call.
struct Fault {
  std::string code;   // "PermissionDenied"
  std::string fault;  // "NOT_ADMIN"
  int index = -1;
};

// The fault of this name with the code that the page's table gives it.
Fault MakeFault(std::string fault, int index = -1);

// ---- Answers --------------------------------------------------------------

// In the witness's order; kDirect and kKey share one place.
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
  std::string role;  // "none" for none
  std::optional<Source> witness;
  uint64_t revision = 0;
};

enum class SubjectState { kOk, kUnknown, kLocked, kKeyDisabled };

struct ExplainedSource {
  Source source;
  bool reaches_maximum = false;  // false for all when the role is none
};

// In the order of the page's table.
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
  std::string role;  // "none" for none
  std::vector<ExplainedSource> sources;
  SubjectState subject_state = SubjectState::kOk;
  bool resource_exists = false;
  std::vector<Remedy> remedies;  // empty when the asked role is held
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

// What became of one share or unshare. Roles are names, "none" for none.
struct ShareReceipt {
  Target target;  // as stored
  std::string grant_before;
  std::string grant_after;
  std::string effective_before;
  std::string effective_after;
  std::vector<Source> held_by;
};
bool operator==(const ShareReceipt& a, const ShareReceipt& b);

// What went along with one removal; what was removed itself does not count.
struct RemovalReceipt {
  size_t grants = 0;
  size_t memberships = 0;
  size_t keys = 0;
  size_t creators = 0;
};
bool operator==(const RemovalReceipt& a, const RemovalReceipt& b);

// One for each change of the batch; other changes have neither part.
struct ChangeReceipt {
  bool changed = false;                   // the state, by this change alone
  std::optional<ShareReceipt> share;      // kShare, kUnshare
  std::optional<RemovalReceipt> removal;  // user, s. account, key, group,
                                          // resource
};
bool operator==(const ChangeReceipt& a, const ChangeReceipt& b);

struct Receipt {
  std::vector<ChangeReceipt> changes;
  uint64_t revision = 0;  // after the batch
  bool changed = false;
  bool replayed = false;  // the first answer to this request id, once more
};
bool operator==(const Receipt& a, const Receipt& b);

// ---- Form (model_form.cc) -------------------------------------------------

// Valid UTF-8 without control characters, of min to max bytes.
bool IsCleanText(std::string_view text, size_t min, size_t max);

// The id of a resource, or a request id.
bool IsId(std::string_view id);

// The id of a user, service account, group or key that is added: `default` is
// reserved.
bool IsNamedId(std::string_view id);

bool IsRoleName(std::string_view name);
bool IsTypeName(std::string_view name);

// The name of a user, service account, group or resource; "" is no name.
bool IsDisplayName(std::string_view name);

// The address in canonical form; nullopt when it is malformed (so is "").
std::optional<std::string> CanonicalEmail(std::string_view email);

// The same with e-mails in canonical form; nullopt when anything in it is
// malformed. Nothing here looks at a state.
std::optional<Subject> Canonical(const Subject& subject);
std::optional<Actor> Canonical(const Actor& actor);
std::optional<Target> Canonical(const Target& target);
std::optional<Change> Canonical(const Change& change);

// ---- Resolving (model_resolve.cc); subjects are canonical -----------------

// 1 for the lowest role of the ladder; 0 for "none" and what is not in it.
int Level(const State& state, std::string_view role);

// The inverse; "none" for 0.
std::string RoleName(const State& state, int level);

// The user or service account with this canonical address.
std::optional<Principal> OwnerOfEmail(const State& state,
                                      const std::string& email);

// Who a subject is.
struct Resolved {
  SubjectState state = SubjectState::kUnknown;
  Principal principal;         // unless kUnknown
  bool workspace_key = false;  // given as a key of a service account
};
Resolved Resolve(const State& state, const Subject& subject);

// A path of group ids that live in the state.
using GroupPath = std::vector<std::string_view>;

// For every group that contains the member, directly or through groups: the
// shortest path to it, among these the one whose ids compare smaller.
std::vector<GroupPath> GroupPaths(const State& state, const Member& member);

// A source, as light as a role question needs it.
struct Found {
  SourceKind kind = SourceKind::kBaseline;
  int level = 0;
  GroupPath path;
};

// Whether `a` is listed before `b`: the higher role, then the witness's order.
bool ListedBefore(const Found& a, const Found& b);

// Every source of a principal on a resource, in no order, as if the principal
// were neither locked nor given as a disabled key.
std::vector<Found> FindSources(const State& state, const Principal& principal,
                               bool workspace_key, const ResourceRow& resource);

// Every source of a group except its own grant: its ancestors, the baseline.
std::vector<Found> FindGroupSources(const State& state,
                                    const std::string& group,
                                    const ResourceRow& resource);

Source ToSource(const State& state, const Found& found);

// The source that gives the effective role; nullopt for none.
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

// The remedies for a denial of the role at `level`, in their order.
std::vector<Remedy> Remedies(const State& state, const Subject& subject,
                             const ResourceId& resource, int level);

// ---- Deciding (model_share.cc, model_change.cc) ---------------------------

// The slot that a canonical target means: a key its service account, an e-mail
// its owner. Or the fault that says what is not in the workspace.
std::variant<Target, Fault> StoredTarget(const State& state,
                                         const Target& target);

// Decides one canonical share or unshare on the state and applies it. Here and
// below: the index of a Fault is -1, and the state is of no use after it.
std::variant<ShareReceipt, Fault> DecideShare(State* state, const Actor& actor,
                                              const Change& change);

// Why the actor can't do what only workspace admins may, or nothing.
std::optional<Fault> NoWorkspaceAdmin(const State& state, const Actor& actor);

// Decides any canonical change on the state and applies it.
std::variant<ChangeReceipt, Fault> Decide(State* state, const Actor& actor,
                                          const Change& change);

// ---- One workspace --------------------------------------------------------

class Model {
 public:
  // A workspace in this state. The last `retention` request ids of each caller
  // are kept.
  explicit Model(State initial = State(), size_t retention = 4096,
                 uint64_t revision = 0);

  // Applies a batch, all or nothing.
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

  // Every source, and for a denial of `role` (absent: the lowest of the
  // ladder) the remedies, unless these are not wanted.
  std::variant<Explanation, Fault> Explain(
      const Subject& subject, const ResourceId& resource,
      const std::optional<std::string>& role = std::nullopt,
      bool with_remedies = true) const;

  // The resources (of one type, or of all with "") on which the subject has at
  // least `role`, each with its effective role; by type, then id.
  std::variant<std::vector<ResourceRole>, Fault> ListResources(
      const Subject& subject, const std::string& role,
      const std::string& type = "") const;

  // The principals with at least `role` on the resource; by kind, then id.
  std::variant<std::vector<PrincipalRole>, Fault> ListPrincipals(
      const ResourceId& resource, const std::string& role) const;

  // Every pair with a role; by principal, then resource.
  std::vector<MatrixRow> Matrix() const;

  uint64_t revision() const { return revision_; }
  const State& state() const { return state_; }

 private:
  // A call. An accepted one that carried a request id is remembered, and
  // compared as it was made: to the letter.
  struct Record {
    std::string request_id;
    Actor actor;
    std::vector<Change> changes;
    Actor canonical_actor;
    std::vector<Change> canonical_changes;
    std::optional<uint64_t> expected_revision;
    Receipt receipt;
  };

  // The call as it was made, without a receipt, with its canonical form; or its
  // fault of form.
  static std::variant<Record, Fault> CanonicalCall(
      const Actor& actor, const std::vector<Change>& changes,
      const Options& options);

  // Decides the call on `*after` and fills in its receipt.
  std::optional<Fault> DecideAll(State* after, Record* call) const;

  // The fault of a resource in a question (form, type), or of a role.
  std::optional<Fault> BadResource(const ResourceId& resource) const;
  std::optional<Fault> BadRole(const std::string& role) const;

  // The first answer to this request id, or REQUEST_ID_REUSED, or nothing.
  std::optional<std::variant<Receipt, Fault>> Replay(const Record& call) const;

  void Remember(Record record);

  State state_;
  uint64_t revision_ = 0;
  size_t retention_ = 0;
  std::deque<Record> records_;  // oldest first
};

}  // namespace acl::oracle

#endif  // TESTS_ORACLE_MODEL_H_
