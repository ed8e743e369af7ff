#include "acl/audit/answer_json.h"

#include <algorithm>
#include <utility>

#include "acl/encoding/encoding.h"
#include "acl/world/change_message.h"

namespace acl {
namespace {

absl::string_view StandingWord(Standing standing) {
  switch (standing) {
    case Standing::kActive:
      return "active";
    case Standing::kUnknown:
      return "unknown";
    case Standing::kLocked:
      return "locked";
    case Standing::kKeyDisabled:
      return "key_disabled";
  }
  return "";
}

Json SourcesJson(const std::vector<Source>& sources) {
  Json list = Json::array();
  for (const Source& source : sources) {
    list.push_back({{"source", std::string(SourceWord(source.kind))},
                    {"role", source.role},
                    {"path", source.path}});
    if (source.path_omitted) list.back()["path_omitted"] = true;
  }
  return list;
}

Json ShareJson(const ShareEffect& effect) {
  return {{"resource", effect.resource.ToString()},
          {"target", effect.target.ToString()},
          {"grant_before", effect.grant_before},
          {"grant_after", effect.grant_after},
          {"effective_before", effect.effective_before},
          {"effective_after", effect.effective_after},
          {"held_by", SourcesJson(effect.held_by)}};
}

Json ChangeJson(const Change& change, const ChangeReceipt& receipt) {
  Json json = {{"change", ToString(change)}, {"changed", receipt.changed}};
  if (receipt.share) json["share"] = ShareJson(*receipt.share);
  if (receipt.removed) {
    json["removed"] = {{"grants", receipt.removed->grants},
                       {"memberships", receipt.removed->memberships},
                       {"keys", receipt.removed->keys},
                       {"creators", receipt.removed->creators}};
  }
  return json;
}

}  // namespace

Json ExplanationJson(const Explanation& explanation, size_t most_remedies) {
  Json remedies = Json::array();
  const size_t shown = std::min(most_remedies, explanation.remedies.size());
  for (size_t i = 0; i < shown; ++i) {
    const Remedy& remedy = explanation.remedies[i];
    Json item = {{"change", std::string(RemedyWord(remedy.kind))}};
    if (!remedy.group.empty()) item["group"] = remedy.group;
    item["raises"] = remedy.raises;
    item["at_least"] = remedy.at_least;
    remedies.push_back(std::move(item));
  }
  return {{"role", explanation.role},
          {"standing", std::string(StandingWord(explanation.standing))},
          {"resource_exists", explanation.resource_exists},
          {"sources", SourcesJson(explanation.sources)},
          {"deciding", explanation.deciding},
          {"asked", explanation.asked},
          {"allowed", explanation.allowed},
          {"remedies", std::move(remedies)},
          {"more_remedies", explanation.remedies.size() - shown},
          {"revision", explanation.revision}};
}

Json ShareReceiptJson(const Receipt& receipt) {
  Json json = ShareJson(*receipt.changes.front().share);
  json["changed"] = receipt.changed;
  json["dry_run"] = receipt.dry_run;
  json["replayed"] = receipt.replayed;
  json["revision"] = receipt.revision;
  return json;
}

Json ChangesJson(const std::vector<Change>& changes, const Receipt& receipt) {
  Json receipts = Json::array();
  for (size_t i = 0; i < changes.size(); ++i) {
    receipts.push_back(ChangeJson(changes[i], receipt.changes[i]));
  }
  return receipts;
}

Json CallJson(const Change& change) {
  return Json::parse(WriteMessage(Encoding::kJson, ToMessage(change)));
}

Json WitnessJson(const Reader& reader, const Witness& witness) {
  Json json = {{"source", std::string(SourceWord(witness.kind))}};
  if (witness.group) json["group"] = reader.GroupId(witness.group);
  return json;
}

Json RoleJson(const Reader& reader, const RoleAnswer& answer) {
  return {{"role", reader.RoleName(answer.role)},
          {"witness", WitnessJson(reader, answer.witness)},
          {"revision", answer.revision}};
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace acl
