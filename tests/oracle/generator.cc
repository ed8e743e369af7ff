#include "tests/oracle/generator.h"

#include <algorithm>
#include <utility>

#include "tests/oracle/model.h"
#include "tests/oracle/translate.h"

namespace acl::compare {
namespace {

const std::vector<std::string>& RolePool() {
  static const auto& pool = *new std::vector<std::string>{
      "viewer", "commenter", "editor", "admin", "owner"};
  return pool;
}

const std::vector<std::string>& NamePool() {
  static const auto& pool =
      *new std::vector<std::string>{"", "Ann", "Ops \xc3\xbc", "default"};
  return pool;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) { history_.seed = seed; }

  History Generate() {
    history_.settings.roles = Ladder();
    history_.settings.resource_types = {"doc", "note"};
    history_.settings.max_principals_per_resource = Limit();
    history_.request_id_window = 1 + random_.Below(5);
    ladder_ = history_.settings.roles;
    model_ =
        oracle::Model(ToOracle(history_.settings), history_.request_id_window);
    Add(FirstCall());
    const size_t calls = 10 + random_.Below(40);
    for (size_t i = 0; i < calls; ++i) Add(NextCall());
    history_.calls.back().ask = true;
    history_.calls.back().import = true;
    return std::move(history_);
  }

 private:
  void Add(Call call) {
    call.asks_with = random_.Next();
    model_.Apply(ToOracle(call.actor.ToActor()), Translated(call.changes),
                 ToOracle(call.options));
    history_.calls.push_back(std::move(call));
    if (random_.OneIn(8)) ladder_ = model_.state().ladder;
  }

  static std::vector<oracle::Change> Translated(
      const std::vector<Change>& changes) {
    std::vector<oracle::Change> translated;
    for (const Change& change : changes) {
      translated.push_back(ToOracle(change));
    }
    return translated;
  }

  // ---- Names ----

  std::string IdFrom(const std::vector<std::string>& pool) {
    return random_.OneIn(60) ? random_.Of(StrangeIds()) : random_.Of(pool);
  }
  std::string User() { return IdFrom(UserPool()); }
  std::string Account() { return IdFrom(ServiceAccountPool()); }
  std::string Group() { return IdFrom(GroupPool()); }
  std::string Key() { return IdFrom(KeyPool()); }
  std::string Email() {
    return random_.OneIn(40) ? random_.Of(StrangeEmails())
                             : random_.Of(EmailPool());
  }
  std::string EmailOrNone() { return random_.OneIn(4) ? "" : Email(); }
  std::string Name() {
    return random_.OneIn(60) ? "a\nb" : random_.Of(NamePool());
  }
  template <class T>
  std::optional<T> Perhaps(T value) {
    if (random_.OneIn(2)) return std::nullopt;
    return value;
  }

  ResourceId Resource() {
    ResourceId resource = random_.Of(ResourcePool());
    if (random_.OneIn(60)) resource.type = random_.Of(StrangeIds());
    if (random_.OneIn(60)) resource.id = random_.Of(StrangeIds());
    return resource;
  }

  std::string Role() {
    if (random_.OneIn(40)) return random_.Of(StrangeIds());
    if (random_.OneIn(40)) return "none";
    // The top role is granted often enough that some subjects may share.
    if (random_.OneIn(5)) return ladder_.empty() ? "admin" : ladder_.back();
    return ladder_.empty() ? random_.Of(RolePool()) : random_.Of(ladder_);
  }

  PrincipalId Principal() {
    return random_.OneIn(3) ? PrincipalId::ServiceAccount(Account())
                            : PrincipalId::User(User());
  }

  Member AnyMember() {
    switch (random_.Below(5)) {
      case 0:
        return Member::ServiceAccount(Account());
      case 1:
      case 2:
        return Member::Group(Group());
      default:
        return Member::User(User());
    }
  }

  Target AnyTarget() {
    switch (random_.Below(11)) {
      case 0:
        return Target::Default();
      case 1:
      case 2:
        return Target::Email(Email());
      case 3:
        return Target::ServiceAccount(Account());
      case 4:
      case 5:
        return Target::Key(Key());
      case 6:
      case 7:
      case 8:
        return Target::Group(Group());
      default:
        return Target::User(User());
    }
  }

  Caller Actor() {
    switch (random_.Below(10)) {
      case 0:
        return {false, Kind::kEmail, Email()};
      case 1:
        return {false, Kind::kKey, Key()};
      case 2:
        return {false, Kind::kServiceAccount, Account()};
      case 3:
      case 4:
      case 5:
        return {false, Kind::kUser, User()};
      default:
        return {true, Kind::kUser, ""};
    }
  }

  uint32_t Limit() {
    return random_.OneIn(4) ? 0 : static_cast<uint32_t>(1 + random_.Below(5));
  }

  // 1 to 5 roles, in the order of the pool.
  std::vector<std::string> Ladder() {
    std::vector<std::string> ladder;
    for (const std::string& role : RolePool()) {
      if (!random_.OneIn(4)) ladder.push_back(role);
    }
    if (ladder.empty()) ladder = {"admin"};
    return ladder;
  }

  // Includes ladders that are refused: out of order, empty, malformed.
  std::vector<std::string> AnyLadder() {
    std::vector<std::string> ladder = Ladder();
    switch (random_.Below(12)) {
      case 0:
        std::reverse(ladder.begin(), ladder.end());
        break;
      case 1:
        ladder.push_back(random_.OneIn(2) ? "none" : ladder.front());
        break;
      case 2:
        ladder.push_back(random_.Of(StrangeIds()));
        break;
      case 3:
        ladder.resize(random_.OneIn(2) ? 0 : 16, "more");
        break;
      default:
        break;
    }
    return ladder;
  }

  std::vector<std::string> AnyTypes() {
    std::vector<std::string> types = {"note", "doc"};
    if (random_.OneIn(2)) types.push_back("task");
    if (random_.OneIn(4)) types.erase(types.begin());
    if (random_.OneIn(10)) types.push_back(random_.Of(StrangeIds()));
    if (random_.OneIn(10)) types.push_back("a:b");
    if (random_.OneIn(10)) types.clear();
    return types;
  }

  // ---- Changes ----

  Change AnyAddition() {
    switch (random_.Below(6)) {
      case 0:
        return AddServiceAccount{Account(), Name(), EmailOrNone()};
      case 1:
        return AddKey{Key(), Principal(), !random_.OneIn(4)};
      case 2:
        return AddGroup{Group(), Name()};
      case 3:
      case 4:
        return AddResource{Resource(), Name(), Perhaps(Principal())};
      default:
        return AddUser{User(), EmailOrNone(), Name(), random_.OneIn(6),
                       random_.OneIn(6)};
    }
  }

  Change AnyUpdate() {
    switch (random_.Below(8)) {
      case 0:
        return UpdateServiceAccount{Account(), Perhaps(Name()),
                                    Perhaps(EmailOrNone())};
      case 1:
      case 2:
        return UpdateKey{Key(), Perhaps(!random_.OneIn(3))};
      case 3:
        return UpdateGroup{Group(), Perhaps(Name())};
      case 4:
        return UpdateResource{Resource(), Perhaps(Name())};
      default:
        return UpdateUser{User(), Perhaps(EmailOrNone()), Perhaps(Name()),
                          Perhaps(random_.OneIn(3)), Perhaps(random_.OneIn(4))};
    }
  }

  Change AnyRemoval() {
    switch (random_.Below(5)) {
      case 0:
        return RemoveServiceAccount{Account()};
      case 1:
        return RemoveKey{Key()};
      case 2:
        return RemoveGroup{Group()};
      case 3:
        return RemoveResource{Resource()};
      default:
        return RemoveUser{User()};
    }
  }

  Change AnySetting() {
    switch (random_.Below(3)) {
      case 0:
        return SetLimit{Limit()};
      case 1:
        return SetLadder{AnyLadder()};
      default:
        return SetResourceTypes{AnyTypes()};
    }
  }

  Change AnyChange() {
    const size_t dice = random_.Below(100);
    if (dice < 38) return Share{Resource(), AnyTarget(), Role()};
    if (dice < 46) return Unshare{Resource(), AnyTarget()};
    if (dice < 61) return AddMember{Group(), AnyMember()};
    if (dice < 66) return RemoveMember{Group(), AnyMember()};
    if (dice < 78) return AnyAddition();
    if (dice < 89) return AnyUpdate();
    if (dice < 96) return AnyRemoval();
    return AnySetting();
  }

  // ---- Calls ----

  // Adds most of the things in the pools.
  Call FirstCall() {
    Call call;
    for (const std::string& id : UserPool()) {
      if (random_.OneIn(4)) continue;
      call.changes.push_back(
          AddUser{id, "", Name(), random_.OneIn(6), random_.OneIn(6)});
    }
    for (const std::string& id : ServiceAccountPool()) {
      if (!random_.OneIn(4)) call.changes.push_back(AddServiceAccount{id});
    }
    for (const std::string& id : GroupPool()) {
      if (!random_.OneIn(4)) call.changes.push_back(AddGroup{id});
    }
    // A refused change must not take the others with it.
    Add(std::move(call));
    for (const std::string& id : KeyPool()) {
      if (random_.OneIn(4)) continue;
      Add({{}, {AddKey{id, Principal(), !random_.OneIn(4)}}, {}});
    }
    for (const ResourceId& id : ResourcePool()) {
      if (random_.OneIn(3)) continue;
      Add({{}, {AddResource{id, Name(), Perhaps(Principal())}}, {}});
    }
    if (!random_.OneIn(4)) Entangle();
    return {{}, {AnyAddition()}, {}};
  }

  // Nested groups with grants, so that most worlds are dense from the start.
  void Entangle() {
    const size_t memberships = 8 + random_.Below(16);
    for (size_t i = 0; i < memberships; ++i) {
      Add({{}, {AddMember{Group(), AnyMember()}}, {}});
    }
    const size_t shares = 6 + random_.Below(14);
    for (size_t i = 0; i < shares; ++i) {
      Add({{}, {Share{Resource(), AnyTarget(), Role()}}, {}});
    }
  }

  Call NextCall() {
    Call call;
    if (!random_.OneIn(12) || !RepeatOf(&call)) {
      call.actor = Actor();
      const size_t size = random_.OneIn(3) ? random_.Below(6) : 1;
      for (size_t i = 0; i < size; ++i) call.changes.push_back(AnyChange());
      if (random_.OneIn(5)) AppendUndoing(&call.changes);
      if (random_.OneIn(4)) {
        call.options.request_id = "r" + std::to_string(random_.Below(6));
      }
      if (random_.OneIn(60)) call.options.request_id = "\x01";
      if (random_.OneIn(8)) {
        call.options.expected_revision =
            model_.revision() + (random_.OneIn(4) ? 1 : 0);
      }
      call.options.dry_run = random_.OneIn(10);
      call.options.require_workspace_admin = random_.OneIn(12);
    }
    call.ask = random_.OneIn(4);
    call.import = random_.OneIn(6);
    call.hold = random_.OneIn(8);
    return call;
  }

  // Repeats an earlier call with a request id, sometimes slightly changed.
  bool RepeatOf(Call* call) {
    std::vector<const Call*> candidates;
    for (const Call& earlier : history_.calls) {
      if (!earlier.options.request_id.empty()) candidates.push_back(&earlier);
    }
    if (candidates.empty()) return false;
    *call = *candidates[candidates.size() - 1 -
                        random_.Below(std::min<size_t>(candidates.size(), 6))];
    if (random_.OneIn(4)) call->changes.push_back(AnyChange());
    if (random_.OneIn(6)) call->actor = Actor();
    if (random_.OneIn(8)) call->options.expected_revision = model_.revision();
    if (random_.OneIn(8)) call->options.dry_run = !call->options.dry_run;
    return true;
  }

  // Pairs of changes that together have little or no effect.
  void AppendUndoing(std::vector<Change>* changes) {
    const ResourceId resource = random_.Of(ResourcePool());
    const Target target = AnyTarget();
    switch (random_.Below(5)) {
      case 0:
        changes->push_back(Share{resource, target, Role()});
        changes->push_back(Unshare{resource, target});
        break;
      case 1: {
        const std::string id = User();
        changes->push_back(AddUser{id});
        changes->push_back(RemoveUser{id});
        break;
      }
      case 2: {
        const std::string id = Group();
        changes->push_back(RemoveGroup{id});
        changes->push_back(AddGroup{id});
        break;
      }
      case 3: {
        const std::string id = Key();
        changes->push_back(RemoveKey{id});
        changes->push_back(AddKey{id, Principal(), !random_.OneIn(4)});
        break;
      }
      default:
        changes->push_back(RemoveResource{resource});
        changes->push_back(AddResource{resource});
        break;
    }
  }

  Random random_;
  History history_;
  std::vector<std::string> ladder_;
  oracle::Model model_;
};

}  // namespace

const std::vector<std::string>& UserPool() {
  static const auto& pool =
      *new std::vector<std::string>{"1", "a", "Ann", "ann", "z:z", "\xc3\xbc"};
  return pool;
}

const std::vector<std::string>& ServiceAccountPool() {
  static const auto& pool = *new std::vector<std::string>{"1", "a", "svc"};
  return pool;
}

const std::vector<std::string>& GroupPool() {
  static const auto& pool =
      *new std::vector<std::string>{"1", "B", "a", "b", "zz"};
  return pool;
}

const std::vector<std::string>& KeyPool() {
  static const auto& pool =
      *new std::vector<std::string>{"1", "a", "k1", "k2", "k3"};
  return pool;
}

const std::vector<std::string>& EmailPool() {
  static const auto& pool = *new std::vector<std::string>{
      "a@x.io", "b@x.io", "c@x.io", "d@x.io", "A@X.io", " b@x.IO\t"};
  return pool;
}

const std::vector<ResourceId>& ResourcePool() {
  static const auto& pool = *new std::vector<ResourceId>{{"doc", "1"},
                                                         {"doc", "a:b"},
                                                         {"doc", "default"},
                                                         {"note", "1"},
                                                         {"note", "\xc3\xbc"}};
  return pool;
}

const std::vector<std::string>& StrangeIds() {
  static const auto& pool = *new std::vector<std::string>{"nobody",
                                                          "default",
                                                          "",
                                                          "\x01",
                                                          "\xff",
                                                          "\xc0\xaf",
                                                          "\xed\xa0\x80",
                                                          "\xc2\x85",
                                                          "\x7f",
                                                          std::string(64, 'w'),
                                                          std::string(65, 'w'),
                                                          std::string(512, 'x'),
                                                          std::string(513, 'x'),
                                                          " "};
  return pool;
}

const std::vector<std::string>& StrangeEmails() {
  static const auto& pool =
      *new std::vector<std::string>{"nobody@x.io",
                                    "",
                                    "a",
                                    "@x.io",
                                    "a@",
                                    "a@b@c",
                                    "a b@x.io",
                                    "a\x01@x.io",
                                    "\xff@x.io",
                                    std::string(250, 'a') + "@b.c",
                                    std::string(251, 'a') + "@b.c"};
  return pool;
}

History Generate(uint64_t seed) { return Generator(seed).Generate(); }

}  // namespace acl::compare
