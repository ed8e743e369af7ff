// Nothing in a request is ignored: tables over all routes, with all their
// parameters, headers and fields.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "acl/server/headers.h"
#include "acl/server/route.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/acl/v1/change.pb.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

constexpr absl::string_view kOwnHeaders[] = {
    kWorkspaceHeader, kLeastRevisionHeader, kReasonHeader,
    kIdempotencyKeyHeader};

bool Has(const std::vector<absl::string_view>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class RoutesTest : public Served {
 protected:
  // A body that is well-formed for the route.
  static std::string BodyOf(const Route& route) {
    return route.has_body() ? "{}" : "";
  }
  static std::string TargetOf(const Route& route, const std::string& query) {
    const std::string path = absl::StrReplaceAll(route.path, {{"{}", "x"}});
    return query.empty() ? path : absl::StrCat(path, "?", query);
  }

  // The form is checked before the caller, so everyone gets the same answer.
  void ExpectRefused(const Route& route, const std::string& query,
                     const Headers& headers, const std::string& body,
                     const std::string& words, const std::string& param) {
    for (const char* who : {"", "ann", "operator"}) {
      const Replied reply =
          Ask(who, route.method, TargetOf(route, query), body, headers);
      SCOPED_TRACE(absl::StrCat(who, ": ", route.method, " ",
                                TargetOf(route, query), " ", body));
      ASSERT_EQ(reply.status, 400) << reply.response.body;
      EXPECT_EQ(reply.code(), "invalid_parameters");
      EXPECT_THAT(reply.message(), HasSubstr(words));
      if (!param.empty()) {
        EXPECT_EQ(reply.body["detail"]["param"], param);
      }
    }
  }
  // The message of the route's refusal. The operator may use every route.
  std::string Refusal(const Route& route, const std::string& query) {
    const Replied reply =
        Ask("operator", route.method, TargetOf(route, query), BodyOf(route));
    return reply.status == 400 ? reply.message() : "";
  }

  void TearDown() override {
    EXPECT_EQ(engine_.Export().SerializeAsString(), before_);
  }
  void SetUp() override {
    Served::SetUp();
    before_ = engine_.Export().SerializeAsString();
  }

  std::string before_;  // the tests here must not change anything
};

TEST_F(RoutesTest, ThereAreRoutesOfEachDoor) {
  std::set<Door> doors;
  for (const Route& route : Service::Routes()) doors.insert(route.door);
  EXPECT_EQ(doors.size(), 3u);
  EXPECT_GE(Service::Routes().size(), 34u);
}

TEST_F(RoutesTest, UnknownQueryParametersAreRefused) {
  for (const Route& route : Service::Routes()) {
    ExpectRefused(route, "dry_run=true", {}, BodyOf(route),
                  "the query parameter `dry_run` is unknown here; this route "
                  "takes ",
                  "dry_run");
    for (const absl::string_view name : route.takes.parameters) {
      // Plausible misspellings.
      const std::string known(name);
      for (const std::string& wrong :
           {absl::StrReplaceAll(known, {{"_", "-"}}) + "-",
            std::string(1, absl::ascii_toupper(known[0])) + known.substr(1),
            known + "s"}) {
        ExpectRefused(route, wrong + "=x", {}, BodyOf(route), "is unknown here",
                      wrong);
        // The refusal names the known parameters as the way out.
        EXPECT_THAT(Refusal(route, wrong + "=x"),
                    HasSubstr(absl::StrCat("`", known, "`")));
      }
    }
  }
}

TEST_F(RoutesTest, ParametersAreGivenOnceAndNotEmpty) {
  for (const Route& route : Service::Routes()) {
    for (const absl::string_view name : route.takes.parameters) {
      const std::string known(name);
      const std::string twice = absl::StrCat("`", name, "` is given twice");
      for (const std::string& query :
           {known + "=a&" + known + "=b", known + "=a&" + known + "=a",
            known + "=a&" + known + "=",
            absl::StrCat(known, "=a&%", absl::Hex(known[0]), known.substr(1),
                         "=a")}) {
        ExpectRefused(route, query, {}, BodyOf(route), twice, known);
      }
      if (route.door != Door::kOwn) continue;
      for (const std::string& query : {known + "=", known}) {
        ExpectRefused(route, query, {}, BodyOf(route), "is empty", known);
      }
    }
  }
}

TEST_F(RoutesTest, OwnHeadersAreRefusedWhereTheyHaveNoMeaning) {
  for (const Route& route : Service::Routes()) {
    std::vector<std::string> names = {"acl-min-revison", "acl-revision",
                                      "ACL-Dry-Run"};
    for (const absl::string_view name : kOwnHeaders) {
      if (!Has(route.takes.headers, name) &&
          !Has(route.takes.explained, name)) {
        names.emplace_back(name);
      }
    }
    for (const std::string& name : names) {
      const std::string lower = absl::AsciiStrToLower(name);
      ExpectRefused(
          route, "", {{name, "studio"}}, BodyOf(route),
          absl::StrCat("the header `", lower, "` has no meaning here"), lower);
    }
  }
}

TEST_F(RoutesTest, OwnHeadersAndCredentialsAreSentOnceAndWellFormed) {
  for (const Route& route : Service::Routes()) {
    std::vector<absl::string_view> ours = route.takes.headers;
    ours.insert(ours.end(), route.takes.explained.begin(),
                route.takes.explained.end());
    std::vector<absl::string_view> names = ours;
    names.push_back(kKeyHeader);
    for (const absl::string_view name : names) {
      const std::string known(name);
      for (const char* second : {"studio", "other"}) {
        ExpectRefused(
            route, "",
            {{known, "studio"}, {absl::AsciiStrToUpper(known), second}},
            BodyOf(route), absl::StrCat("`", name, "` is given twice"), known);
      }
    }
    for (const absl::string_view name : ours) {
      const std::string known(name);
      const std::string words = absl::StrCat("the header `", name, "` ");
      ExpectRefused(route, "", {{known, ""}}, BodyOf(route), words + "is empty",
                    known);
      ExpectRefused(route, "", {{known, std::string(513, 'x')}}, BodyOf(route),
                    words, known);
      ExpectRefused(route, "", {{known, "\xff"}}, BodyOf(route), words, known);
    }
  }
}

TEST_F(RoutesTest, UnknownFieldsOfABodyAreRefusedButAtTheSharingDoor) {
  for (const Route& route : Service::Routes()) {
    if (route.takes.body != Takes::Body::kFields) continue;
    std::vector<std::string> wrong = {"dryRun", "", std::string(3000, 'x')};
    for (const absl::string_view field : route.takes.fields) {
      wrong.push_back(absl::StrCat(field, "s"));
      wrong.push_back(absl::StrReplaceAll(field, {{"_", "-"}}) + "-");
      wrong.push_back(absl::AsciiStrToUpper(field));
    }
    for (const std::string& field : wrong) {
      for (const Json& value : {Json(true), Json(nullptr)}) {
        const Json body = {{field, value}};
        for (const char* who : {"", "ann", "operator"}) {
          const Replied reply =
              Ask(who, route.method, TargetOf(route, ""), body.dump());
          SCOPED_TRACE(absl::StrCat(who, ": ", route.path, " ", field));
          const std::string& text = reply.response.body;
          if (route.door == Door::kSharing) {
            EXPECT_THAT(text, testing::Not(HasSubstr("extra_forbidden")));
            continue;
          }
          ASSERT_EQ(reply.status, 422) << text;
          const Json& fault = reply.body["detail"][0];
          EXPECT_EQ(fault["type"], "extra_forbidden");
          EXPECT_EQ(fault["loc"][1], Shortened(field));
          EXPECT_EQ(fault["input"], value);
          for (const absl::string_view known : route.takes.fields) {
            EXPECT_THAT(fault["msg"].get<std::string>(),
                        HasSubstr(std::string(known)));
          }
        }
      }
    }
  }
}

TEST_F(RoutesTest, BodyIsRefusedWhereNoneIsTaken) {
  for (const Route& route : Service::Routes()) {
    if (route.has_body() || route.door == Door::kSharing) continue;
    for (const char* body : {"{}", R"({"dry_run":true})", "x"}) {
      ExpectRefused(route, "", {}, body, "this route takes no body", "");
    }
  }
}

TEST_F(RoutesTest, TextAfterANulIsRefusedInEveryBody) {
  for (const Route& route : Service::Routes()) {
    if (!route.has_body()) continue;
    const Replied reply = Ask("ann", route.method, TargetOf(route, ""),
                              std::string("{}\0, \"dry_run\": true", 20));
    EXPECT_EQ(reply.status, 422) << route.path;
    EXPECT_EQ(reply.body["detail"][0]["type"], "json_invalid");
    EXPECT_THAT(reply.body["detail"][0]["msg"].get<std::string>(),
                HasSubstr("a NUL at line 1, column 3"));
  }
}

TEST_F(RoutesTest, BodiesOfUnknownCallersAreShort) {
  const auto body = [](size_t bytes) {
    return absl::StrCat("{\"x\":\"", std::string(bytes - 8, 'x'), "\"}");
  };
  for (const Route& route : Service::Routes()) {
    if (!route.has_body()) continue;
    const std::string target = TargetOf(route, "");
    for (const char* who : {"", "lea", "off", "sk_wrong"}) {
      const Replied reply =
          Ask(who, route.method, target, body((64 << 10) + 1));
      EXPECT_EQ(reply.status, 413) << route.path;
      EXPECT_THAT(reply.message(), HasSubstr("more than 65536 bytes"));
      EXPECT_NE(Ask(who, route.method, target, body(64 << 10)).status, 413);
    }
    for (const char* who : {"cy", "operator"}) {
      EXPECT_NE(Ask(who, route.method, target, body((64 << 10) + 1)).status,
                413);
    }
  }
}

// A long input is quoted only in part.
TEST_F(RoutesTest, FaultsQuoteLittleOfTheBody) {
  const std::string much(3'000, 'y');
  std::string umlauts;
  for (int i = 0; i < 1'500; ++i) umlauts += "\xc3\xa4";
  Json list = Json::array();
  for (int i = 0; i < 800; ++i) list.push_back(i);
  for (const Route& route : Service::Routes()) {
    if (!route.has_body()) continue;
    std::vector<std::string> fields = {"role", "email", "name", "permissions",
                                       "default_sharing_groups"};
    for (const absl::string_view field : route.takes.fields) {
      fields.emplace_back(field);
    }
    std::vector<std::string> bodies = {"\"" + much, "\"" + much + "\"",
                                       list.dump(), much, "[\"" + umlauts};
    for (const Json& value :
         {Json(much), Json(umlauts), list, Json{{"a", much}}}) {
      Json body = Json::object();
      for (const std::string& field : fields) body[field] = value;
      bodies.push_back(body.dump());
      bodies.push_back(Json{{much, value}}.dump());
    }
    for (const std::string& body : bodies) {
      const Replied reply = Ask("", route.method, TargetOf(route, ""), body);
      SCOPED_TRACE(absl::StrCat(route.path, " ", body.substr(0, 20)));
      if (reply.status != 422) {
        EXPECT_EQ(reply.status, 401);
        continue;
      }
      for (const Json& fault : reply.body["detail"]) {
        EXPECT_LE(fault["input"].dump().size(), 300u);
        EXPECT_LE(fault["loc"].dump().size(), 300u);
        EXPECT_LE(fault["msg"].get<std::string>().size(), 500u);
      }
    }
  }
}

TEST_F(RoutesTest, WorkspaceOfAHeaderAgreesWithTheKey) {
  for (const Route& route : Service::Routes()) {
    if (!Has(route.takes.headers, kWorkspaceHeader)) continue;
    const auto ask = [&](const char* workspace) {
      std::string query;
      for (const absl::string_view name : route.takes.parameters) {
        const bool number = name == "page_size" || name == "remedies";
        absl::StrAppend(&query, query.empty() ? "" : "&", name,
                        number ? "=1" : "=x");
      }
      return Ask("ann", route.method, TargetOf(route, query),
                 route.has_body() ? R"({"zz":1})" : "",
                 {{"acl-workspace", workspace}});
    };
    const Replied reply = ask("lab");
    // Faults of the form are reported first.
    if (reply.status == 422) continue;
    EXPECT_EQ(reply.status, 400) << route.path;
    EXPECT_EQ(reply.body["detail"]["param"], "acl-workspace") << route.path;
    EXPECT_THAT(reply.message(),
                HasSubstr("names `lab`, and the api key is of `studio`"));
  }
  EXPECT_EQ(
      Get("ann", "/v1/workspace/members", {{"acl-workspace", "studio"}}).status,
      200);
}

// The document and the table of routes agree.
TEST_F(RoutesTest, EveryRouteIsDocumentedWithWhatItTakes) {
  std::set<std::pair<std::string, std::string>> routes;
  for (const Route& route : Service::Routes()) {
    const auto documented = std::find_if(
        DocumentedInputs().begin(), DocumentedInputs().end(),
        [&](const auto& entry) {
          return entry.first.second == absl::AsciiStrToLower(route.method) &&
                 IsPathOf(absl::StrReplaceAll(route.path, {{"{}", "{x}"}}),
                          entry.first.first);
        });
    ASSERT_NE(documented, DocumentedInputs().end()) << route.path;
    routes.insert(documented->first);
    std::set<std::string> takes(route.takes.parameters.begin(),
                                route.takes.parameters.end());
    takes.insert(route.takes.headers.begin(), route.takes.headers.end());
    EXPECT_EQ(absl::StrJoin(documented->second, " "), absl::StrJoin(takes, " "))
        << route.method << " " << route.path;
  }
  EXPECT_EQ(routes.size(), DocumentedInputs().size());
  EXPECT_EQ(routes.size(), Service::Routes().size());
}

// The line of the schema with this name that contains `key`.
std::string LineOf(const std::string& schema, const std::string& key) {
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(OpenApiYaml(), '\n')) {
    if (absl::StartsWith(line, absl::StrCat("    ", schema, ":"))) {
      inside = true;
    } else if (inside && absl::StartsWith(line, "    ") && line[4] != ' ') {
      break;
    }
    if (inside && absl::StrContains(line, key)) return std::string(line);
  }
  return "";
}

TEST_F(RoutesTest, DocumentHasTheShippedWords) {
  EXPECT_EQ(
      LineOf("RoleName", "enum:"),
      absl::StrCat("      enum: [", absl::StrJoin(studio_.Roles(), ", "), "]"));
  EXPECT_EQ(LineOf("ResourceType", "enum:"),
            absl::StrCat("      enum: [",
                         absl::StrJoin(studio_.ResourceTypes(), ", "), "]"));
  EXPECT_THAT(LineOf("ResourceReference", "pattern:"),
              HasSubstr(absl::StrCat(
                  "\"^(", absl::StrJoin(studio_.ResourceTypes(), "|"), "):")));
}

TEST_F(RoutesTest, DocumentHasEveryChangeWithItsFields) {
  const auto* const change = v1::Change::descriptor();
  for (int i = 0; i < change->field_count(); ++i) {
    const auto* const field = change->field(i);
    const std::string line =
        LineOf("Change", absl::StrCat("required: [", field->name(), "]"));
    ASSERT_NE(line, "") << field->name();
    // Messages of the exchange format have schemas of their own.
    if (absl::StrContains(line, absl::StrCat(field->name(), ": {$ref"))) {
      continue;
    }
    for (int j = 0; j < field->message_type()->field_count(); ++j) {
      EXPECT_THAT(line, HasSubstr(absl::StrCat(
                            field->message_type()->field(j)->name(), ": {")))
          << field->name();
    }
  }
}

TEST_F(RoutesTest, DocumentHasTheFieldsOfStrictBodies) {
  const std::map<std::string, std::string> schemas = {
      {"/acl/v1/checks", "Questions"},
      {"/acl/v1/changes", "Changes"},
      {"/acl/v1/keys", "OwnedKey"},
      {"/acl/v1/workspaces", "NewWorkspace"}};
  for (const Route& route : Service::Routes()) {
    if (route.door != Door::kOwn || route.takes.body != Takes::Body::kFields) {
      continue;
    }
    ASSERT_EQ(schemas.count(route.path), 1u) << route.path;
    const std::string& schema = schemas.at(route.path);
    EXPECT_NE(LineOf(schema, "additionalProperties: false"), "") << schema;
    for (const absl::string_view field : route.takes.fields) {
      EXPECT_NE(LineOf(schema, absl::StrCat(field, ":")), "")
          << schema << " " << field;
    }
  }
}

}  // namespace
}  // namespace acl::server
