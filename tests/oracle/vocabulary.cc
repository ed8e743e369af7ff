#include "tests/oracle/vocabulary.h"

#include <string>
#include <utility>

namespace acl::compare {
namespace {

Caller System() { return {}; }
Caller User(std::string id) { return {false, Kind::kUser, std::move(id)}; }
Caller Account(std::string id) {
  return {false, Kind::kServiceAccount, std::move(id)};
}
Caller Key(std::string id) { return {false, Kind::kKey, std::move(id)}; }
Caller Email(std::string address) {
  return {false, Kind::kEmail, std::move(address)};
}
PrincipalId U(std::string id) { return PrincipalId::User(std::move(id)); }
PrincipalId S(std::string id) {
  return PrincipalId::ServiceAccount(std::move(id));
}

ResourceId One() { return {"doc", "1"}; }
ResourceId Two() { return {"doc", "2"}; }
ResourceId New() { return {"note", "1"}; }
ResourceId OfUnknownType() { return {"song", "1"}; }

UpdateUser Locked(std::string id, bool locked) {
  return {std::move(id), {}, {}, locked, {}};
}
UpdateUser Admin(std::string id, bool admin) {
  return {std::move(id), {}, {}, {}, admin};
}
UpdateUser WithEmail(std::string id, std::string email) {
  return {std::move(id), std::move(email), {}, {}, {}};
}

class Collector {
 public:
  void Add(std::vector<Change> changes, const Caller& actor = System(),
           const ChangeOptions& options = {}) {
    Call call;
    call.actor = actor;
    call.changes = std::move(changes);
    call.options = options;
    calls_.push_back(std::move(call));
  }
  // Adds each change as a call of the system.
  void AddEach(const std::vector<Change>& changes) {
    for (const Change& change : changes) Add({change});
  }
  // Adds a share of each resource with each target and each role, and the
  // unshares.
  void AddShares(const Caller& actor, const std::vector<ResourceId>& resources,
                 const std::vector<Target>& targets,
                 const std::vector<std::string>& roles) {
    for (const ResourceId& resource : resources) {
      for (const Target& target : targets) {
        for (const std::string& role : roles) {
          Add({Share{resource, target, role}}, actor);
        }
        Add({Unshare{resource, target}}, actor);
      }
    }
  }
  std::vector<Call> Take() { return std::move(calls_); }

 private:
  std::vector<Call> calls_;
};

// ---- The full vocabulary ----

std::vector<Change> FullBeginning() {
  return {AddUser{"ann", "ann@x.io"},
          AddUser{"bob", "bob@x.io", "Bob"},
          AddUser{"eve", "", "", true},
          AddUser{"root", "", "", false, true},
          AddServiceAccount{"s", "", "s@x.io"},
          AddKey{"k", S("s")},
          AddKey{"off", S("s"), false},
          AddKey{"p", U("ann")},
          AddKey{"locked", U("eve")},
          AddGroup{"A"},
          AddGroup{"B"},
          AddGroup{"C"},
          AddMember{"A", Member::Group("B")},
          AddMember{"A", Member::User("bob")},
          AddMember{"B", Member::ServiceAccount("s")},
          AddMember{"B", Member::User("eve")},
          AddResource{One(), "One", U("ann")},
          AddResource{Two()},
          Share{One(), Target::Group("A"), "viewer"},
          Share{Two(), Target::ServiceAccount("s"), "admin"},
          Share{Two(), Target::User("bob"), "editor"},
          Share{Two(), Target::User("eve"), "admin"},
          Share{Two(), Target::Default(), "viewer"}};
}

void AddAllShares(Collector* to) {
  to->AddShares(
      System(), {One(), Two()},
      {Target::User("ann"), Target::User("bob"), Target::Email(" BOB@x.io"),
       Target::Email("no@x.io"), Target::User("new"),
       Target::ServiceAccount("s"), Target::Key("k"), Target::Key("off"),
       Target::Key("p"), Target::Group("A"), Target::Group("B"),
       Target::Group("new"), Target::Default()},
      {"viewer", "admin"});
  to->AddShares(System(), {New(), OfUnknownType()},
                {Target::User("bob"), Target::Default()}, {"editor"});
  for (const Caller& actor :
       {User("ann"), User("bob"), Email("ann@x.io"), Account("s"), Key("k"),
        Key("off"), Key("p"), Key("locked"), User("eve"), User("root"),
        User("new")}) {
    to->AddShares(actor, {One(), Two()},
                  {Target::User("ann"), Target::User("bob"), Target::Group("B"),
                   Target::Default()},
                  {"admin"});
    to->Add({Share{New(), Target::User("bob"), "viewer"}}, actor);
  }
  to->AddEach({Share{One(), Target::User("bob"), "none"},
               Share{One(), Target::User("bob"), "owner"},
               Share{One(), Target::User(""), "viewer"},
               Share{{"doc", ""}, Target::User("bob"), "viewer"},
               Unshare{{"a:b", "1"}, Target::User("bob")}});
}

void AddPrincipals(Collector* to) {
  to->AddEach({AddUser{"new"},
               AddUser{"new", "bob@x.io", "New", true, true},
               AddUser{"new", "new@x.io", "", false, true},
               AddUser{"ann"},
               AddUser{"default"},
               AddUser{"new", "not an address"},
               AddServiceAccount{"new"},
               AddServiceAccount{"s"},
               AddServiceAccount{"new", "", "Ann@X.io"},
               AddServiceAccount{""},
               UpdateUser{"bob"},
               WithEmail("bob", ""),
               WithEmail("bob", "ann@x.io"),
               WithEmail("ann", "new@x.io"),
               WithEmail("ann", "@"),
               UpdateUser{"bob", {}, "Robert"},
               UpdateUser{"new", {}, "New"},
               UpdateServiceAccount{"s", "S"},
               UpdateServiceAccount{"s", {}, ""},
               UpdateServiceAccount{"s", {}, "bob@x.io"},
               UpdateServiceAccount{"new"},
               RemoveServiceAccount{"s"},
               RemoveServiceAccount{"new"}});
  for (const char* id : {"ann", "bob", "eve", "root", "new"}) {
    for (const bool on : {false, true}) {
      to->AddEach({Locked(id, on), Admin(id, on)});
    }
    to->AddEach({RemoveUser{id}});
  }
  to->AddEach({AddKey{"new", S("s")}, AddKey{"new", U("bob")},
               AddKey{"new", U("eve"), false}, AddKey{"new", S("new")},
               AddKey{"new", U("new")}, AddKey{"k", U("ann")},
               AddKey{"\x01", U("ann")}, UpdateKey{"k"}});
  for (const char* id : {"k", "off", "p", "locked", "new"}) {
    to->AddEach({UpdateKey{id, false}, UpdateKey{id, true}, RemoveKey{id}});
  }
}

void AddGroups(Collector* to) {
  to->AddEach({AddGroup{"new"}, AddGroup{"A"}, AddGroup{"default"},
               UpdateGroup{"A", "Group"}, UpdateGroup{"A"},
               UpdateGroup{"new", ""}, UpdateGroup{"A", "a\nb"}});
  const std::vector<Member> members = {
      Member::User("ann"), Member::User("bob"), Member::ServiceAccount("s"),
      Member::User("new"), Member::Group("A"),  Member::Group("B"),
      Member::Group("C"),  Member::Group("new")};
  for (const char* id : {"A", "B", "C", "new"}) {
    for (const Member& member : members) {
      to->AddEach({AddMember{id, member}, RemoveMember{id, member}});
    }
    to->AddEach({RemoveGroup{id}});
  }
}

void AddResources(Collector* to) {
  for (const ResourceId& id : {One(), Two(), New(), OfUnknownType()}) {
    to->AddEach({AddResource{id}, AddResource{id, "", U("bob")},
                 AddResource{id, "", S("s")}, UpdateResource{id, "Name"},
                 RemoveResource{id}});
  }
  to->AddEach({AddResource{New(), "", U("new")}, AddResource{{"doc", "\xff"}},
               UpdateResource{One()}});
}

void AddSettings(Collector* to) {
  to->AddEach({SetLimit{0}, SetLimit{1}, SetLimit{2}, SetLimit{3},
               SetLadder{{"viewer", "editor", "admin"}},
               SetLadder{{"viewer", "editor", "admin", "owner"}},
               SetLadder{{"guest", "viewer", "writer", "editor", "admin"}},
               SetLadder{{"viewer", "admin"}}, SetLadder{{"admin"}},
               SetLadder{{"editor", "viewer", "admin"}},
               SetLadder{{"viewer", "none"}}, SetLadder{{}},
               SetResourceTypes{{"doc", "note"}}, SetResourceTypes{{"doc"}},
               SetResourceTypes{{"note"}},
               SetResourceTypes{{"song", "note", "doc"}},
               SetResourceTypes{{"doc", "doc"}}, SetResourceTypes{{}}});
}

void AddBatchesAndConditions(Collector* to) {
  const Share share = {Two(), Target::User("bob"), "admin"};
  const Unshare unshare = {Two(), Target::User("bob")};
  to->Add({});
  to->Add({share, unshare});
  to->Add({unshare, share, Share{Two(), Target::User("bob"), "editor"}});
  to->Add({share, AddUser{"ann"}, unshare});
  to->Add({share, AddUser{"", ""}});
  to->Add({RemoveUser{"ann"}, AddUser{"ann", "ann@x.io"}});
  to->Add({RemoveGroup{"B"}, AddGroup{"B"}});
  to->Add({AddUser{"new"}, RemoveUser{"new"}});
  to->Add({RemoveResource{Two()}, AddResource{Two(), "", U("ann")}});
  // The second change removes what the first one needed.
  to->Add({Share{Two(), Target::Group("A"), "admin"},
           Unshare{Two(), Target::ServiceAccount("s")}, unshare},
          Key("k"));
  for (const Caller& actor : {System(), User("bob"), User("ann")}) {
    to->Add({share}, actor, {true});
    to->Add({share, unshare}, actor, {false, {}, "r1"});
  }
  to->Add({RemoveUser{"bob"}}, System(), {true, {}, "r1"});
  for (const Revision revision : {1, 2}) {
    to->Add({share}, System(), {false, revision});
    to->Add({RemoveUser{"new"}}, System(), {false, revision});
    to->Add({share}, System(), {false, revision, "r1"});
  }
  to->Add({share}, System(), {false, {}, "r1"});
  to->Add({share}, System(), {false, {}, "r2"});
  to->Add({UpdateUser{"bob"}}, System(), {false, {}, "r1"});
  to->Add({share}, System(), {false, {}, "\x01"});
}

// ---- The small vocabulary ----

std::vector<Change> SmallBeginning() {
  return {AddUser{"ann"},
          AddUser{"bob"},
          AddServiceAccount{"s"},
          AddKey{"k", S("s")},
          AddGroup{"A"},
          AddGroup{"B"},
          AddMember{"A", Member::User("bob")},
          AddResource{One(), "", U("ann")},
          AddResource{Two()},
          Share{One(), Target::Group("A"), "viewer"},
          Share{Two(), Target::User("bob"), "admin"}};
}

void AddSmallShares(Collector* to) {
  for (const Target& target :
       {Target::User("bob"), Target::Key("k"), Target::Group("A"),
        Target::Group("B"), Target::Default()}) {
    to->AddEach({Share{One(), target, "viewer"}, Share{One(), target, "admin"},
                 Unshare{One(), target}});
  }
  to->AddEach({Unshare{One(), Target::User("ann")},
               Share{Two(), Target::Group("B"), "viewer"},
               Unshare{Two(), Target::User("bob")}});
  to->Add({Share{One(), Target::Default(), "viewer"}}, User("ann"));
  to->Add({Share{One(), Target::Group("B"), "admin"}}, User("bob"));
  to->Add({Unshare{Two(), Target::User("bob")}}, User("bob"));
  to->Add({Share{One(), Target::User("bob"), "admin"}}, Key("k"));
}

}  // namespace

Vocabulary FullVocabulary() {
  Collector calls;
  AddAllShares(&calls);
  AddPrincipals(&calls);
  AddGroups(&calls);
  AddResources(&calls);
  AddSettings(&calls);
  AddBatchesAndConditions(&calls);
  return {{{"viewer", "editor", "admin"}, {"doc", "note"}, 4},
          FullBeginning(),
          calls.Take(),
          {{User("ann"), User("bob"), User("eve"), User("root"), User("new"),
            User("nobody"), Account("s"), Account("new"), Key("k"), Key("off"),
            Key("p"), Key("locked"), Key("new"), Email("bob@x.io"),
            Email("new@x.io")},
           {One(), Two(), New()}}};
}

Vocabulary SmallVocabulary() {
  Collector calls;
  AddSmallShares(&calls);
  calls.AddEach({AddMember{"A", Member::Group("B")},
                 AddMember{"B", Member::Group("A")},
                 AddMember{"B", Member::ServiceAccount("s")},
                 AddMember{"A", Member::ServiceAccount("s")},
                 RemoveMember{"A", Member::User("bob")},
                 RemoveMember{"A", Member::Group("B")},
                 RemoveGroup{"A"},
                 RemoveGroup{"B"},
                 AddGroup{"A"},
                 Locked("bob", true),
                 Locked("bob", false),
                 Admin("bob", true),
                 Admin("bob", false),
                 RemoveUser{"bob"},
                 AddUser{"bob"},
                 RemoveUser{"ann"},
                 RemoveServiceAccount{"s"},
                 AddServiceAccount{"s"},
                 AddKey{"k", S("s")},
                 AddKey{"p", U("bob")},
                 UpdateKey{"k", false},
                 UpdateKey{"k", true},
                 RemoveKey{"k"},
                 RemoveResource{One()},
                 AddResource{One(), "", U("bob")},
                 AddResource{One(), "", S("s")},
                 SetLimit{2},
                 SetLimit{4},
                 SetLadder{{"viewer", "admin", "owner"}},
                 SetLadder{{"viewer", "editor", "admin"}},
                 SetLadder{{"viewer", "admin"}},
                 SetLadder{{"admin"}}});
  calls.Add({Share{One(), Target::User("bob"), "viewer"}, RemoveGroup{"B"}},
            System(), {false, {}, "r"});
  calls.Add({AddMember{"B", Member::User("bob")}}, System(), {false, 2});
  return {{{"viewer", "admin"}, {"doc"}, 3},
          SmallBeginning(),
          calls.Take(),
          {{User("ann"), User("bob"), Account("s"), Key("k"), Key("p")},
           {One(), Two()}}};
}

}  // namespace acl::compare
