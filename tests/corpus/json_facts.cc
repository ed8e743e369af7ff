#include "tests/corpus/json_facts.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace acl {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> Strings(const Json& list) {
  return list.get<std::vector<std::string>>();
}

std::string ReasonOf(const Json& source) {
  const std::string kind = source["source"];
  if (kind != "group") return kind;
  return absl::StrCat("group:", source["path"].back().get<std::string>());
}

SourceKind KindOf(const std::string& word) {
  for (const SourceKind kind :
       {SourceKind::kCreator, SourceKind::kWorkspaceAdmin, SourceKind::kDirect,
        SourceKind::kKey, SourceKind::kGroup, SourceKind::kBaseline}) {
    if (SourceWord(kind) == word) return kind;
  }
  return SourceKind::kNone;
}

ShareEffect ShareOf(const Json& json) {
  ShareEffect effect{*ResourceId::Parse(json["resource"].get<std::string>()),
                     *Target::Parse(json["target"].get<std::string>()),
                     json["grant_before"],
                     json["grant_after"],
                     json["effective_before"],
                     json["effective_after"],
                     {}};
  for (const auto& source : json["held_by"]) {
    effect.held_by.push_back({KindOf(source["source"].get<std::string>()),
                              source["role"], Strings(source["path"])});
  }
  return effect;
}

}  // namespace

Receipt ReceiptFrom(const Json& json) {
  Receipt receipt;
  receipt.changed = json["changed"];
  receipt.dry_run = json["dry_run"];
  receipt.revision = json["revision"];
  for (const auto& one : json["receipts"]) {
    ChangeReceipt change;
    change.changed = one["changed"];
    if (one.contains("share")) {
      change.share = std::make_shared<const ShareEffect>(ShareOf(one["share"]));
    }
    if (one.contains("removed")) {
      const auto& removed = one["removed"];
      change.removed = Cascade{removed["grants"], removed["memberships"],
                               removed["keys"], removed["creators"]};
    }
    receipt.changes.push_back(std::move(change));
  }
  return receipt;
}

RoleFacts RoleFrom(const Json& json, const Json& explained) {
  RoleFacts facts;
  facts.role = json["role"];
  if (explained["deciding"] == 0) {
    const std::string standing = explained["standing"];
    facts.reason = !explained["resource_exists"].get<bool>() ? "no_resource"
                   : standing == "active"                    ? "no_source"
                                                             : standing;
    return facts;
  }
  const Json& witness = json["witness"];
  facts.reason = witness["source"];
  if (witness.contains("group")) {
    absl::StrAppend(&facts.reason, ":", witness["group"].get<std::string>());
  }
  facts.path = Strings(explained["sources"][0]["path"]);
  return facts;
}

ExplanationFacts ExplanationFrom(const Json& json) {
  ExplanationFacts facts;
  for (const auto& source : json["sources"]) {
    facts.sources.push_back(
        absl::StrCat(source["role"].get<std::string>(), " ", ReasonOf(source)));
  }
  for (const auto& remedy : json["remedies"]) {
    facts.remedies.push_back(absl::StrCat(
        remedy["change"].get<std::string>(),
        remedy.contains("group") ? ":" + remedy["group"].get<std::string>()
                                 : "",
        " raises ", remedy["raises"].get<uint64_t>()));
  }
  return facts;
}

}  // namespace acl
