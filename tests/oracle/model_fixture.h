// A small workspace, and short names for questions about it, for the tests that
// tie the oracle to docs/semantics.md.
#ifndef TESTS_ORACLE_MODEL_FIXTURE_H_
#define TESTS_ORACLE_MODEL_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/oracle/model.h"

namespace acl::oracle {

inline Subject U(std::string id) { return {SubjectKind::kUser, std::move(id)}; }
inline Subject E(std::string id) {
  return {SubjectKind::kEmail, std::move(id)};
}
inline Subject S(std::string id) {
  return {SubjectKind::kServiceAccount, std::move(id)};
}
inline Subject K(std::string id) { return {SubjectKind::kKey, std::move(id)}; }

inline Target TU(std::string id) { return {TargetKind::kUser, std::move(id)}; }
inline Target TE(std::string id) { return {TargetKind::kEmail, std::move(id)}; }
inline Target TS(std::string id) {
  return {TargetKind::kServiceAccount, std::move(id)};
}
inline Target TK(std::string id) { return {TargetKind::kKey, std::move(id)}; }
inline Target TG(std::string id) { return {TargetKind::kGroup, std::move(id)}; }
inline Target Default() { return {TargetKind::kDefault, ""}; }

inline Member MU(std::string id) { return {MemberKind::kUser, std::move(id)}; }
inline Member MS(std::string id) {
  return {MemberKind::kServiceAccount, std::move(id)};
}
inline Member MG(std::string id) { return {MemberKind::kGroup, std::move(id)}; }

inline Principal PU(std::string id) {
  return {PrincipalKind::kUser, std::move(id)};
}
inline Principal PS(std::string id) {
  return {PrincipalKind::kServiceAccount, std::move(id)};
}

inline Change Lock(std::string id, bool locked) {
  Change change = Change::UpdateUser(std::move(id));
  change.locked = locked;
  return change;
}
inline Change SetEmail(std::string id, std::string email) {
  Change change = Change::UpdateUser(std::move(id));
  change.email = std::move(email);
  return change;
}

inline const ResourceId kMade{"doc", "made"};   // created by ann
inline const ResourceId kFree{"doc", "free"};   // no creator
inline const ResourceId kNote{"note", "note"};  // no creator
inline const ResourceId kLost{"doc", "lost"};   // does not exist

inline std::string Show(const Source& source) {
  static const char* const kKinds[] = {
      "creator", "workspace_admin", "direct", "key", "group", "baseline"};
  std::string text = kKinds[static_cast<int>(source.kind)];
  text += " " + source.role;
  for (const std::string& group : source.path) text += " " + group;
  return text;
}

inline std::string Show(const Remedy& remedy) {
  static const char* const kKinds[] = {"grant",          "grant_group",
                                       "grant_baseline", "join_group",
                                       "unlock",         "enable_key"};
  std::string text = kKinds[static_cast<int>(remedy.kind)];
  if (!remedy.group.empty()) text += " " + remedy.group;
  return text + " +" + std::to_string(remedy.raised);
}

inline std::string Show(const Fault& fault) {
  std::string text = fault.code + " " + fault.fault;
  if (fault.index >= 0) text += " @" + std::to_string(fault.index);
  return text;
}

template <typename T>
std::vector<std::string> ShowAll(const std::vector<T>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const T& one : all) texts.push_back(Show(one));
  return texts;
}

// "ok", or the fault.
template <typename T>
inline std::string Outcome(const std::variant<T, Fault>& result) {
  const Fault* fault = std::get_if<Fault>(&result);
  return fault == nullptr ? "ok" : Show(*fault);
}

// Users: ann, bob and cat; wanda is a workspace admin; lou is locked. svc has
// the keys k1, k2 and koff, which is disabled; bot has none. ann has the
// personal key pk, and lou has pkl. The groups one, two and three are empty.
class OracleTest : public testing::Test {
 protected:
  OracleTest() {
    Do({Change::SetResourceTypes({"doc", "note"}),
        Change::AddUser("ann", "ann@x.io"), Change::AddUser("bob", "bob@x.io"),
        Change::AddUser("cat"), Change::AddUser("wanda", "", "", false, true),
        Change::AddUser("lou", "", "", true),
        Change::AddServiceAccount("svc", "", "svc@x.io"),
        Change::AddServiceAccount("bot"), Change::AddKey("k1", PS("svc")),
        Change::AddKey("k2", PS("svc")),
        Change::AddKey("koff", PS("svc"), false),
        Change::AddKey("pk", PU("ann")), Change::AddKey("pkl", PU("lou")),
        Change::AddGroup("one"), Change::AddGroup("two"),
        Change::AddGroup("three"), Change::AddResource(kMade, "", PU("ann")),
        Change::AddResource(kFree), Change::AddResource(kNote)});
  }

  // Applies the changes as the system. They must be accepted.
  Receipt Do(const std::vector<Change>& changes,
             const Options& options = Options()) {
    const auto result = model_.Apply(Actor::System(), changes, options);
    EXPECT_EQ(Outcome(result), "ok");
    return Outcome(result) == "ok" ? std::get<Receipt>(result) : Receipt();
  }

  // Applies a single share or unshare as the system. It must be accepted.
  ShareReceipt DoShare(const Change& change) {
    const Receipt receipt = Do({change});
    if (receipt.changes.size() != 1) return {};
    return receipt.changes[0].share.value_or(ShareReceipt());
  }

  RemovalReceipt DoRemove(const Change& change) {
    const Receipt receipt = Do({change});
    if (receipt.changes.size() != 1) return {};
    return receipt.changes[0].removal.value_or(RemovalReceipt{9, 9, 9, 9});
  }

  std::string Try(const std::vector<Change>& changes,
                  const Options& options = Options()) {
    return Outcome(model_.Apply(Actor::System(), changes, options));
  }

  std::string TryAs(const Subject& actor, const std::vector<Change>& changes,
                    const Options& options = Options()) {
    return Outcome(model_.Apply(Actor::Is(actor), changes, options));
  }

  std::string Role(const Subject& subject, const ResourceId& resource = kFree) {
    const auto result = model_.Role(subject, resource);
    const auto* answer = std::get_if<RoleAnswer>(&result);
    return answer == nullptr ? Outcome(result) : answer->role;
  }

  // The witness, or "none", or the fault.
  std::string Witness(const Subject& subject,
                      const ResourceId& resource = kFree) {
    const auto result = model_.Role(subject, resource);
    const auto* answer = std::get_if<RoleAnswer>(&result);
    if (answer == nullptr) return Outcome(result);
    return answer->witness ? Show(*answer->witness) : "none";
  }

  Explanation Explain(const Subject& subject,
                      const std::optional<std::string>& role = std::nullopt,
                      const ResourceId& resource = kFree) {
    const auto result = model_.Explain(subject, resource, role);
    EXPECT_EQ(Outcome(result), "ok");
    return Outcome(result) == "ok" ? std::get<Explanation>(result)
                                   : Explanation();
  }

  // The sources; those that reach the maximum are marked.
  std::vector<std::string> Sources(const Subject& subject,
                                   const ResourceId& resource = kFree) {
    std::vector<std::string> texts;
    for (const auto& s : Explain(subject, std::nullopt, resource).sources) {
      texts.push_back((s.reaches_maximum ? "* " : "") + Show(s.source));
    }
    return texts;
  }

  std::vector<std::string> Remedies(
      const Subject& subject,
      const std::optional<std::string>& role = std::nullopt,
      const ResourceId& resource = kFree) {
    return ShowAll(Explain(subject, role, resource).remedies);
  }

  Model model_;
};

}  // namespace acl::oracle

#endif  // TESTS_ORACLE_MODEL_FIXTURE_H_
