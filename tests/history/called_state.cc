#include "tests/history/called_state.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/history/record_message.h"
#include "acl/history/workspace_chunks.h"
#include "acl/resolve/list.h"
#include "acl/resolve/subject.h"
#include "acl/store/same.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

constexpr size_t kWindow = 100;
constexpr int kMany = 300;

template <class T>
T Require(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "refused: %s\n", result.status().ToString().c_str());
  std::abort();
}

std::string Person(int i) { return absl::StrCat("u", i); }

// Everything in the state, for comparisons.
std::vector<Touched> AllOf(const State& state) {
  const Directory& directory = state.directory;
  std::vector<Touched> all;
  for (uint32_t i = 0; i < directory.next_principal; ++i) {
    if (directory.HasPrincipal(i)) all.push_back({directory.KindOf(i), i});
  }
  for (uint32_t i = 0; i < directory.next_key; ++i) {
    if (directory.HasKey(i)) all.push_back({Kind::kKey, i});
  }
  for (uint32_t i = 0; i < directory.next_group; ++i) {
    if (directory.HasGroup(i)) all.push_back({Kind::kGroup, i});
  }
  for (uint32_t i = 0; i < state.next_resource; ++i) {
    if (state.HasResource(i)) all.push_back({Kind::kDefault, i});
  }
  return all;
}

std::string NameOf(const State& state, const Touched& thing) {
  switch (thing.kind) {
    case Kind::kDefault:
      return state.ResourceAt(thing.number).ToString();
    case Kind::kKey:
      return absl::StrCat("key:", state.directory.key_ids.Get(thing.number));
    case Kind::kGroup:
      return absl::StrCat("group:",
                          state.directory.group_ids.Get(thing.number));
    default:
      return absl::StrCat(KindWord(thing.kind), ":",
                          state.directory.principal_ids.Get(thing.number));
  }
}

// A thing and its list, if it has one.
std::string ListOf(const State& state, const Touched& thing) {
  std::string line = NameOf(state, thing);
  const auto add = [&](Kind kind) {
    return [&, kind](uint32_t number, Rank rank) {
      const Kind of =
          kind == Kind::kUser ? state.directory.KindOf(number) : kind;
      absl::StrAppend(&line, " ", NameOf(state, {of, number}), "=",
                      state.ladder().NameAt(rank));
      return true;
    };
  };
  const auto on = [] { return true; };
  if (thing.kind == Kind::kDefault) {
    VisitPrincipals(state, thing.number, 1, 0, on, add(Kind::kUser));
  } else if (thing.kind != Kind::kGroup && thing.kind != Kind::kKey) {
    VisitResources(state, SubjectOf(state, thing.number), 1, "", 0, on,
                   add(Kind::kDefault));
  }
  return line;
}

void AddPeople(CalledState* w) {
  std::vector<Change> changes = {
      AddUser{"ann", " Ann@X.example ", "\xc3\x84nn \xf0\x9f\x8e\xa7"},
      AddUser{"bob", "", "", true}, AddUser{"root", "", "", false, true},
      AddServiceAccount{"bot", "Bot", "bot@x"},
      // Has the same id as a user.
      AddServiceAccount{"ann"}, AddUser{std::string(512, 'x')}};
  for (int i = 0; i < kMany; ++i) changes.push_back(AddUser{Person(i)});
  w->Apply(changes);
  w->Apply({AddKey{"k", PrincipalId::ServiceAccount("bot")},
            AddKey{"off", PrincipalId::ServiceAccount("bot"), false},
            AddKey{"ann", PrincipalId::User("ann")},
            AddKey{"gone", PrincipalId::User("u10")},
            AddKey{"\xd7\x90", PrincipalId::User("u11")}});
}

void AddGroups(CalledState* w) {
  std::vector<Change> changes;
  for (const char* id :
       {"g", "h", "e\xcc\x81", "gone", "empty", "ann", "all"}) {
    changes.push_back(AddGroup{id, absl::StrCat("the group ", id)});
  }
  for (const auto& [group, member] :
       std::vector<std::pair<const char*, Member>>{
           {"g", Member::Group("h")},
           {"h", Member::Group("e\xcc\x81")},
           {"h", Member::Group("gone")},
           {"all", Member::Group("g")},
           {"all", Member::Group("e\xcc\x81")},
           {"e\xcc\x81", Member::User("ann")},
           {"gone", Member::User("bob")},
           {"g", Member::ServiceAccount("bot")},
           {"ann", Member::ServiceAccount("ann")}}) {
    changes.push_back(AddMember{group, member});
  }
  for (int i = 0; i < kMany; ++i) {
    changes.push_back(AddMember{"all", Member::User(Person(i))});
  }
  // A user with more groups than fit into a line.
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("of u5 no. ", i);
    changes.push_back(AddGroup{id});
    changes.push_back(AddMember{id, Member::User("u5")});
  }
  w->Apply(changes);
}

void AddResources(CalledState* w) {
  std::vector<Change> changes = {
      AddResource{{"voice", "gone"}, "", PrincipalId::User("u10")},
      AddResource{{"voice", "few"}, "A few", PrincipalId::User("ann")},
      AddResource{{"proj/\xc3\xa9", "few"}, "", PrincipalId::User("u20")},
      AddResource{{"voice", "many"}, "", PrincipalId::ServiceAccount("bot")},
      AddResource{{"voice", "very many"}},
      AddResource{{"voice", "none"}},
      Share{{"voice", "few"}, Target::Default(), "read"},
      Share{{"voice", "few"}, Target::Group("g"), "write"},
      Share{{"voice", "few"}, Target::Group("gone"), "own"},
      Share{{"voice", "few"}, Target::ServiceAccount("bot"), "own"},
      Share{{"proj/\xc3\xa9", "few"}, Target::User("u10"), "write"},
      Share{{"voice", "many"}, Target::Group("all"), "read"}};
  for (int i = 0; i < kMany; ++i) {
    const char* const roles[] = {"read", "write", "own"};
    const Target target = Target::User(Person(i));
    const char* role = roles[i % 3];
    changes.push_back(Share{{"voice", "very many"}, target, role});
    if (i < 20) changes.push_back(Share{{"voice", "many"}, target, role});
  }
  w->Apply(changes);
}

// Leaves gaps in all numbers, and moves roles and types to positions that
// differ from their slots.
void RemoveSome(CalledState* w) {
  w->Apply({RemoveUser{"u10"}, RemoveUser{"u20"}, RemoveGroup{"gone"},
            RemoveResource{{"voice", "gone"}}});
  w->Apply({SetLadder{{"look", "read", "write", "new", "own"}},
            SetResourceTypes{{"voice", "zoo", "proj/\xc3\xa9"}}});
  w->Apply({AddResource{{"zoo", "few"}},
            Share{{"zoo", "few"}, Target::Group("all"), "new"},
            Share{{"zoo", "few"}, Target::User("u299"), "look"},
            // Lower than the number of grants on many resources.
            SetLimit{15}});
}

void AnswerSome(CalledState* w) {
  const ResourceId few{"voice", "few"};
  w->Answer(
      "one", Actor::System(),
      {Share{few, Target::User("u1"), "read"},
       Share{few, Target::Email(" ANN@x.example"), "own"},
       Share{few, Target::Key("k"), "read"}, Unshare{few, Target::Default()}},
      w->state().revision);
  // The role is still given by a group through others. The actor is an admin of
  // the resource.
  w->Answer("two", Subject::Email("Ann@x.example"),
            {Share{few, Target::User("u2"), "read"},
             Share{few, Target::User("root"), "read"},
             Share{few, Target::Group("e\xcc\x81"), "read"}});
  w->Answer("nothing", Subject::Key("ann"), {Unshare{few, Target::User("u3")}});
  w->Answer("undone", Actor::System(),
            {AddMember{"empty", Member::User("u3")},
             RemoveMember{"empty", Member::User("u3")}});
  w->Answer(
      "removals \xf0\x9f\x8e\xa7", Actor::System(),
      {RemoveUser{"u30"}, RemoveServiceAccount{"ann"}, RemoveKey{"off"},
       RemoveGroup{"empty"}, AddKey{"off", PrincipalId::User("u2"), false},
       RemoveResource{{"voice", "none"}},
       UpdateUser{"bob", std::nullopt, "Bob \xc3\xa9"}, UpdateResource{few, ""},
       SetLimit{7}});
}

}  // namespace

State BareState() {
  State state;
  state.heap = std::make_shared<Heap>();
  state.edit = NewEditTag();
  state.scope = 1;
  return state;
}

CalledState::CalledState(const WorkspaceSettings& settings) {
  State state = BareState();
  state.workspace = "w";
  state.incarnation = 0xc0ffee00c0ffee;
  state.settings = Require(Settings::Make(settings));
  head_ = std::make_shared<const State>(std::move(state));
}

Receipt CalledState::Apply(const std::vector<Change>& changes) {
  return Answer("", Actor::System(), changes);
}

Receipt CalledState::Answer(const std::string& request_id, const Actor& actor,
                            const std::vector<Change>& changes,
                            std::optional<Revision> expected_revision) {
  ChangeOptions options;
  options.request_id = request_id;
  options.expected_revision = expected_revision;
  Decided decided = Require(
      Decide(*head_, actor, changes, options, kWindow, Draft::Use::kPublish));
  if (decided.next.state != nullptr) head_ = std::move(decided.next.state);
  return decided.receipt;
}

CalledState SmallState() {
  CalledState w({{}, {"project", "voice"}});
  w.Apply({AddUser{"ann", "ann@x", "Ann"}, AddUser{"bob", "bob@x", "", true},
           AddServiceAccount{"bot"},
           AddKey{"k", PrincipalId::ServiceAccount("bot")}, AddGroup{"g", "G"},
           AddGroup{"h"}, AddGroup{"i"}, AddMember{"g", Member::User("ann")},
           AddMember{"g", Member::Group("h")},
           AddMember{"h", Member::User("bob")},
           AddMember{"h", Member::ServiceAccount("bot")},
           AddMember{"i", Member::Group("g")}});
  const ResourceId one{"voice", "one"};
  w.Apply({AddResource{one, "One", PrincipalId::User("ann")},
           AddResource{{"voice", "two"}},
           Share{one, Target::Default(), "viewer"},
           Share{one, Target::Group("g"), "commenter"},
           Share{{"voice", "two"}, Target::ServiceAccount("bot"), "viewer"}});
  w.Answer("first", Subject::User("ann"),
           {Share{one, Target::User("bob"), "editor"}});
  w.Answer("second", Subject::User("ann"),
           {RemoveMember{"i", Member::User("ann")}});
  // A request id belongs to its caller.
  w.Answer("first", Subject::User("bob"), {UpdateUser{"bob"}});
  return w;
}

CalledState FullState() {
  CalledState w({{"read", "old", "write", "own"},
                 {"voice", "outdated", "proj/\xc3\xa9"},
                 0});
  AddPeople(&w);
  AddGroups(&w);
  AddResources(&w);
  RemoveSome(&w);
  AnswerSome(&w);
  return w;
}

std::vector<v1::WorkspaceChunk> ChunksOf(const State& state,
                                         size_t chunk_items) {
  std::vector<v1::WorkspaceChunk> chunks;
  const absl::Status status =
      ToChunks(state, chunk_items, [&](const v1::WorkspaceChunk& chunk) {
        chunks.push_back(chunk);
        return absl::OkStatus();
      });
  if (!status.ok()) std::abort();
  return chunks;
}

absl::StatusOr<State> ReadChunks(
    const std::vector<v1::WorkspaceChunk>& chunks) {
  ChunkReader reader(BareState());
  for (const v1::WorkspaceChunk& chunk : chunks) {
    if (absl::Status s = reader.Add(chunk); !s.ok()) return s;
  }
  return reader.Finish();
}

std::vector<std::string> LinesOf(const State& state) {
  std::vector<std::string> lines = {ToWorld(state).DebugString(),
                                    absl::StrCat(state.incarnation)};
  for (const Touched& thing : AllOf(state)) {
    lines.push_back(ListOf(state, thing));
  }
  VisitRequests(state, [&](const std::string& id,
                           const AnsweredRequest& request) {
    lines.push_back(ToMessage(id, request).DebugString());
    return absl::OkStatus();
  }).IgnoreError();
  return lines;
}

bool SameState(const State& a, const State& b) {
  return LinesOf(a) == LinesOf(b) && SameMeaning(a, b, AllOf(a)) &&
         SameMeaning(b, a, AllOf(b));
}

}  // namespace acl
