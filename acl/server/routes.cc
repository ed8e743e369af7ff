// The table of all routes.
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "acl/server/headers.h"
#include "acl/server/route.h"
#include "acl/server/service.h"
#include "acl/server/service_account_api.h"
#include "acl/server/sharing_api.h"

namespace acl::server {
namespace {

using Words = std::vector<absl::string_view>;
using Body = Takes::Body;

// For reads at the latest revision.
Takes Read(Words parameters = {}) {
  return {Body::kNone, {}, std::move(parameters), {kWorkspaceHeader}};
}

// For questions to the engine, which may be about the past.
Takes Question(Words parameters, Body body = Body::kNone, Words fields = {}) {
  parameters.push_back("at");
  return {body,
          std::move(fields),
          std::move(parameters),
          {kWorkspaceHeader, kLeastRevisionHeader}};
}

// For changes of a workspace.
Takes Changing(Body body, Words fields = {}) {
  return {body,
          std::move(fields),
          {},
          {kWorkspaceHeader, kReasonHeader, kIdempotencyKeyHeader}};
}

// For changes where a retry can't be distinguished from a new request: the
// route says what to do instead of sending `idempotency-key`.
Takes Making(Body body, Words fields = {}) {
  return {body,
          std::move(fields),
          {},
          {kWorkspaceHeader, kReasonHeader},
          {kIdempotencyKeyHeader}};
}

// For operations on whole workspaces, by the operator.
Takes Operating(Body body, Words fields = {}) {
  return {body, std::move(fields), {}, {}};
}

constexpr Door kSharing = Door::kSharing;
constexpr Door kOwn = Door::kOwn;
constexpr Door kOperations = Door::kOperations;

constexpr char kShared[] = "/v1/workspace/resources/{}";
constexpr char kMembers[] = "/v1/workspace/members";
constexpr char kGroups[] = "/v1/workspace/groups";
constexpr char kAccounts[] = "/v1/service-accounts";
constexpr char kKeys[] = "/v1/service-accounts/{}/api-keys";
constexpr char kKey[] = "/v1/service-accounts/{}/api-keys/{}";

// Wraps a function, a method of the service, or a method of one of its parts.
auto Plain(Outcome (*answer)(Call*)) {
  return [answer](Service*, Call* call) { return answer(call); };
}

void AddSharing(std::vector<Route>* routes) {
  const Takes body = Changing(Body::kFields);
  const Takes none = Changing(Body::kNone);
  const Takes making = Making(Body::kFields);
  for (Route& route : std::vector<Route>{
           {"POST", "/v1/workspace/resources/{}/share", kSharing, body,
            Plain(&ShareResource)},
           {"POST", "/v1/workspace/resources/{}/unshare", kSharing, body,
            Plain(&UnshareResource)},
           {"GET", kShared, kSharing, Read({"resource_type"}),
            Plain(&GetResource)},
           {"GET", kMembers, kSharing, Read(), Plain(&ListMembers)},
           {"POST", kMembers, kSharing, body, Plain(&UpdateMember)},
           {"GET", kGroups, kSharing, Read(), Plain(&ListGroups)},
           {"GET", "/v1/workspace/groups/search", kSharing, Read({"name"}),
            Plain(&SearchGroups)},
           {"POST", "/v1/workspace/groups/{}/members", kSharing, body,
            Plain(&AddGroupMember)},
           {"POST", "/v1/workspace/groups/{}/members/remove", kSharing, body,
            Plain(&RemoveGroupMember)},
           {"GET", kAccounts, kSharing, Read(), Plain(&ListServiceAccounts)},
           {"POST", kAccounts, kSharing, making,
            Plain(&AddServiceAccountOfCall)},
           {"GET", kKeys, kSharing, Read(), Plain(&ListKeys)},
           {"POST", kKeys, kSharing, making, Plain(&AddKeyOfCall)},
           {"PATCH", kKey, kSharing, making, Plain(&EditKey)},
           {"DELETE", kKey, kSharing, none, Plain(&DeleteKey)},
           {"POST", "/v1/service-accounts/{}/api-keys/{}/disable", kSharing,
            none, Plain(&DisableKey)},
       }) {
    routes->push_back(std::move(route));
  }
}

}  // namespace

const std::vector<Route>& Service::Routes() {
  static const auto& routes = *[] {
    const auto self = [](Outcome (Service::*answer)(Call*)) {
      return [answer](Service* s, Call* c) { return (s->*answer)(c); };
    };
    const auto admin = [](Outcome (AdminApi::*answer)(Call*)) {
      return [answer](Service* s, Call* c) { return (s->admin_.*answer)(c); };
    };
    const auto ask = [](Outcome (QuestionApi::*answer)(Call*)) {
      return
          [answer](Service* s, Call* c) { return (s->questions_.*answer)(c); };
    };
    auto* const list = new std::vector<Route>;
    AddSharing(list);
    for (Route& route : std::vector<Route>{
             {"GET", "/acl/v1/role", kOwn, Question({"subject", "resource"}),
              ask(&QuestionApi::Role)},
             {"GET", "/acl/v1/check", kOwn,
              Question({"subject", "resource", "role"}),
              ask(&QuestionApi::Check)},
             {"POST", "/acl/v1/checks", kOwn,
              Question({}, Body::kFields, {"questions"}),
              ask(&QuestionApi::CheckMany)},
             {"GET", "/acl/v1/explain", kOwn,
              Question({"subject", "resource", "role", "remedies"}),
              ask(&QuestionApi::Explain)},
             {"GET", "/acl/v1/who", kOwn,
              Question({"resource", "min_role", "page_size", "page_token"}),
              ask(&QuestionApi::Who)},
             {"GET", "/acl/v1/what", kOwn,
              Question(
                  {"subject", "min_role", "type", "page_size", "page_token"}),
              ask(&QuestionApi::What)},
             {"POST", "/acl/v1/changes", kOwn,
              Changing(Body::kFields,
                       {"changes", "workspace", "request_id", "reason",
                        "expected_revision", "dry_run", "as"}),
              admin(&AdminApi::ApplyChanges)},
             {"GET", "/acl/v1/world", kOwn, Read({"format"}),
              admin(&AdminApi::ExportWorld)},
             {"POST", "/acl/v1/world", kOwn, Operating(Body::kMessage),
              admin(&AdminApi::ImportWorld)},
             {"POST", "/acl/v1/keys", kOwn,
              Making(Body::kFields, {"owner", "name", "key_id"}),
              admin(&AdminApi::MakeKey)},
             {"POST", "/acl/v1/keys/{}/secret", kOwn, Making(Body::kNone),
              admin(&AdminApi::MakeSecret)},
             {"GET", "/acl/v1/workspaces", kOwn, Operating(Body::kNone),
              admin(&AdminApi::ListWorkspaces)},
             {"POST", "/acl/v1/workspaces", kOwn,
              Operating(Body::kFields, {"id"}),
              admin(&AdminApi::MakeWorkspace)},
             {"DELETE", "/acl/v1/workspaces/{}", kOwn, Operating(Body::kNone),
              admin(&AdminApi::DropWorkspace)},
             {"GET", "/healthz", kOperations, {}, self(&Service::Health)},
             {"GET", "/readyz", kOperations, {}, self(&Service::Ready)},
             {"GET", "/metrics", kOperations, {}, self(&Service::MetricsText)},
             {"GET", "/openapi.yaml", kOperations, {}, self(&Service::OpenApi)},
         }) {
      list->push_back(std::move(route));
    }
    for (Route& route : *list) {
      route.segments =
          absl::StrSplit(absl::string_view(route.path).substr(1), '/');
    }
    return list;
  }();
  return routes;
}

}  // namespace acl::server
