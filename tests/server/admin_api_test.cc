// Administration, service accounts and keys.
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

constexpr char kChanges[] = "/acl/v1/changes";

class AdminApiTest : public Served {};

TEST_F(AdminApiTest, KeyOfAServiceAccountWorksFromItsFirstSightToItsEnd) {
  const Replied account =
      Post("ann", "/v1/service-accounts",
           R"({"name":"Renderer","default_sharing_groups":)"
           R"([{"group_id":"ops","permission_level":"viewer"}]})");
  ASSERT_EQ(account.status, 200);
  const std::string id = account.body["service-account-user-id"];
  const std::string keys = "/v1/service-accounts/" + id + "/api-keys";
  const Replied made = Post(
      "ann", keys, R"({"name":"k","permissions":"all","character_limit":5})");
  ASSERT_EQ(made.status, 200);
  const std::string secret = made.body["xi-api-key"];
  const std::string key = made.body["key_id"];

  // A new key can be the target of a share, and can then identify a caller.
  EXPECT_EQ(Share("ann", absl::StrCat(R"({"role":"admin","resource_type":)",
                                      R"("voice","workspace_api_key_id":")",
                                      key, "\"}"))
                .status,
            200);
  const std::string grant =
      R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})";
  EXPECT_EQ(Share(secret, grant).status, 200);

  const Json listed = Get("ann", keys).body["api-keys"][0];
  EXPECT_EQ(listed["name"], "k");
  EXPECT_EQ(listed["key_id"], key);
  EXPECT_EQ(listed["service_account_user_id"], id);
  EXPECT_EQ(listed["hint"], secret.substr(secret.size() - 4));
  EXPECT_EQ(listed["hashed_xi_api_key"], HashOfSecret(secret));
  EXPECT_EQ(listed["is_disabled"], false);
  EXPECT_EQ(listed["character_limit"], 5);
  EXPECT_EQ(engine_.Export().DebugString().find(secret), std::string::npos);
  const Json shown = Get("ann", "/v1/service-accounts").body;
  ASSERT_EQ(shown["service-accounts"].size(), 2u);

  EXPECT_EQ(Ask("ann", "PATCH", keys + "/" + key,
                R"({"is_enabled":false,"name":"off"})")
                .status,
            200);
  EXPECT_EQ(Share(secret, grant).code(), "invalid_api_key");
  EXPECT_EQ(Get("ann", keys).body["api-keys"][0]["name"], "off");
  EXPECT_EQ(
      Ask("ann", "PATCH", keys + "/" + key, R"({"is_enabled":true})").status,
      200);
  EXPECT_EQ(Share(secret, grant).status, 200);
  const Revision now = studio_.Token()->revision;
  EXPECT_EQ(Ask("ann", "PATCH", keys + "/" + key,
                R"({"is_enabled":"no_update","permissions":"no_update"})")
                .status,
            200);
  EXPECT_EQ(studio_.Token()->revision, now);
  EXPECT_EQ(Ask("ann", "DELETE", keys + "/" + key).status, 200);
  EXPECT_EQ(Share(secret, grant).code(), "invalid_api_key");
  EXPECT_EQ(Ask("ann", "DELETE", keys + "/" + key).code(), "api_key_not_found");
}

TEST_F(AdminApiTest, ServiceAccountsAreForAdmins) {
  EXPECT_EQ(Get("bob", "/v1/service-accounts").status, 403);
  EXPECT_EQ(Post("bob", "/v1/service-accounts", R"({"name":"x"})").status, 403);
  EXPECT_EQ(Get("ann", "/v1/service-accounts/none/api-keys").code(),
            "user_not_found");
  EXPECT_EQ(Post("ann", "/v1/service-accounts", "{}").status, 422);
  EXPECT_EQ(Post("ann", "/v1/service-accounts/bot/api-keys",
                 R"({"name":"k","permissions":7})")
                .status,
            422);
  // A key of another owner does not belong to this account.
  EXPECT_EQ(
      Ask("ann", "DELETE", "/v1/service-accounts/bot/api-keys/bob-key").code(),
      "api_key_not_found");
}

TEST_F(AdminApiTest, BatchOfChangesIsAppliedWithReceipts) {
  const Replied reply =
      Post("ann", kChanges,
           R"({"reason":"a new one","request_id":"r1","changes":[)"
           R"({"add_user":{"id":"dan","email":"dan@x.io"}},)"
           R"({"share":{"resource":"voice:narrator","target":"user:dan",)"
           R"("role":"viewer"}}]})");
  ASSERT_EQ(reply.status, 200) << reply.response.body;
  EXPECT_EQ(reply.body["changed"], true);
  EXPECT_EQ(reply.body["token"], studio_.Token()->ToString());
  EXPECT_EQ(reply.body["receipts"][1]["share"]["effective_after"], "viewer");
  EXPECT_EQ(Role(Subject::User("dan")), "viewer");
}

TEST_F(AdminApiTest, DryRunAndExpectedRevisionChangeNothing) {
  const std::string change = R"("changes":[{"remove_user":{"id":"bob"}}]})";
  const Replied dry = Post("ann", kChanges, R"({"dry_run":true,)" + change);
  EXPECT_EQ(dry.body["dry_run"], true);
  EXPECT_EQ(dry.body["receipts"][0]["removed"]["grants"], 1);
  const Replied stale =
      Post("ann", kChanges, R"({"expected_revision":1,)" + change);
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.code(), "revision_mismatch");
  EXPECT_TRUE(studio_.GetUser("bob").ok());
}

// As written by `acl diff --changes`.
TEST_F(AdminApiTest, ChangesAreForTheWorkspaceThatTheyName) {
  const std::string change = R"("changes":[{"add_user":{"id":"dan"}}]})";
  for (const char* named : {"lab", "Studio", ""}) {
    const Replied reply =
        Post("ann", kChanges,
             absl::StrCat(R"({"workspace":")", named, "\",", change));
    EXPECT_EQ(reply.status, 400) << named;
    EXPECT_EQ(reply.body["detail"]["param"], "workspace");
    EXPECT_THAT(reply.message(), HasSubstr(absl::StrCat("`", named, "`")));
    EXPECT_THAT(reply.message(), HasSubstr("`studio`"));
  }
  EXPECT_FALSE(studio_.GetUser("dan").ok());
  const std::string body = R"({"workspace":"studio",)" + change;
  EXPECT_EQ(Post("operator", kChanges, body).status, 400);
  EXPECT_EQ(
      Post("operator", kChanges, body, {{"acl-workspace", "studio"}}).status,
      200);
  EXPECT_EQ(Post("ann", kChanges,
                 R"({"workspace":"studio","changes":)"
                 R"([{"remove_user":{"id":"dan"}}]})")
                .status,
            200);
}

TEST_F(AdminApiTest, MisspeltGuardsOfChangesAreRefused) {
  const std::string change = R"("changes":[{"remove_user":{"id":"bob"}}]})";
  for (const char* field :
       {R"("dryRun":true)", R"("dry-run":true)", R"("expectedRevision":1)",
        R"("expected_revison":1)", R"("requestId":"r")", R"("As":"user:cy")",
        R"("Workspace":"lab")", R"("x":null)"}) {
    const Replied reply =
        Post("ann", kChanges, absl::StrCat("{", field, ",", change));
    EXPECT_EQ(reply.status, 422) << field;
    EXPECT_EQ(reply.body["detail"][0]["type"], "extra_forbidden");
    EXPECT_THAT(reply.body["detail"][0]["msg"].get<std::string>(),
                HasSubstr("expected_revision, dry_run"));
  }
  EXPECT_EQ(
      Post("ann", absl::StrCat(kChanges, "?dry_run=true"), "{" + change).status,
      400);
  EXPECT_TRUE(studio_.GetUser("bob").ok());
}

TEST_F(AdminApiTest, HeadersOfChangesAreTheirFields) {
  const std::string change = R"("changes":[{"add_group":{"id":"g1"}}]})";
  const Headers once = {{"idempotency-key", "r1"}, {"acl-reason", "tidy"}};
  const Replied first = Post("ann", kChanges, "{" + change, once);
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(first.body["replayed"], false);
  Must({RemoveGroup{"g1"}});
  for (const std::string& body :
       {"{" + change, R"({"request_id":"r1",)" + change}) {
    const Replied again = Post("ann", kChanges, body, once);
    ASSERT_EQ(again.status, 200);
    EXPECT_EQ(again.body["replayed"], true);
  }
  EXPECT_EQ(
      Post("ann", kChanges, R"({"request_id":"r1",)" + change).body["replayed"],
      true);
  EXPECT_FALSE(studio_.GetGroup("g1").ok());
  for (const char* field : {R"("request_id":"r2")", R"("reason":"other")",
                            R"("request_id":"")", R"("reason":"")"}) {
    const Replied reply =
        Post("ann", kChanges, absl::StrCat("{", field, ",", change), once);
    EXPECT_EQ(reply.status, 400) << field;
    EXPECT_THAT(reply.message(), testing::AnyOf(HasSubstr("one of the two"),
                                                HasSubstr("is empty")));
  }
  EXPECT_FALSE(studio_.GetGroup("g1").ok());
}

TEST_F(AdminApiTest, ChangesAreForAdminsAndFaultsNameTheirPlace) {
  EXPECT_EQ(Post("bob", kChanges, R"({"changes":[]})").status, 403);
  EXPECT_EQ(Post("ann", kChanges, "{}").status, 422);
  EXPECT_EQ(Post("ann", kChanges, R"({"changes":{}})").status, 422);
  const Replied unknown =
      Post("ann", kChanges, R"({"changes":[{"fly":{"id":"x"}}]})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_THAT(unknown.message(),
              HasSubstr("body: changes[0] has the unknown key `fly`"));
  const Replied malformed = Post(
      "ann", kChanges,
      R"({"changes":[{"add_user":{"id":""}},{"add_group":{"id":"a\nb"}}]})");
  EXPECT_EQ(malformed.status, 400);
  EXPECT_THAT(malformed.message(), HasSubstr("changes[1]"));
  EXPECT_EQ(Post("ann", kChanges, R"({"as":"user:bob","changes":[]})").status,
            403);
}

TEST_F(AdminApiTest, OperatorActsForAnybodyInTheWorkspaceThatItNames) {
  const std::string share =
      R"("changes":[{"share":{"resource":"voice:narrator",)"
      R"("target":"user:cy","role":"viewer"}}]})";
  const Headers studio = {{"acl-workspace", "studio"}};
  EXPECT_EQ(Post("operator", kChanges, "{" + share).status, 400);
  EXPECT_EQ(
      Post("operator", kChanges, R"({"as":"user:bob",)" + share, studio).code(),
      "insufficient_permissions");
  EXPECT_EQ(
      Post("operator", kChanges, R"({"as":"user:ann",)" + share, studio).status,
      200);
  EXPECT_EQ(Post("operator", kChanges, "{" + share, studio).status, 200);
  EXPECT_EQ(
      Post("operator", kChanges, "{" + share, {{"acl-workspace", "no"}}).code(),
      "workspace_not_found");
}

TEST_F(AdminApiTest, WorldsGoOutAndIn) {
  const Replied world = Get("ann", "/acl/v1/world");
  ASSERT_EQ(world.status, 200);
  EXPECT_EQ(world.body["workspaces"][0]["id"], "studio");
  EXPECT_THAT(Get("ann", "/acl/v1/world?format=yaml").response.body,
              HasSubstr("- id: studio"));
  EXPECT_EQ(Get("ann", "/acl/v1/world?format=doc").status, 400);
  EXPECT_EQ(Get("bob", "/acl/v1/world").status, 403);
  EXPECT_EQ(Post("ann", "/acl/v1/world", world.response.body).status, 403);
  EXPECT_EQ(Post("operator", "/acl/v1/world", world.response.body).status, 409);
  ASSERT_EQ(Ask("operator", "DELETE", "/acl/v1/workspaces/studio").status, 200);
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 401);
  ASSERT_EQ(Post("operator", "/acl/v1/world", world.response.body).status, 200);
  // The keys were imported as well.
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 200);
  EXPECT_EQ(Get("operator", "/acl/v1/world").response.body,
            world.response.body);
}

TEST_F(AdminApiTest, ImportTellsEveryFaultAndItsPlace) {
  const Replied reply = Post(
      "operator", "/acl/v1/world",
      R"({"workspaces":[{"id":"w","users":[{"id":"a"},{"id":"a"},{"id":""}]}]})");
  EXPECT_EQ(reply.status, 409);
  const Json& faults = reply.body["detail"]["faults"];
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0]["at"], "workspaces[0].users[1].id");
  EXPECT_EQ(faults[0]["fault"], "ALREADY_EXISTS");
  EXPECT_EQ(faults[1]["fault"], "MALFORMED");
  EXPECT_EQ(engine_.WorkspaceIds().size(), 1u);
}

TEST_F(AdminApiTest, WorkspacesAreTheOperators) {
  EXPECT_EQ(Post("ann", "/acl/v1/workspaces", R"({"id":"lab"})").status, 403);
  EXPECT_EQ(Post("operator", "/acl/v1/workspaces", R"({"id":"lab"})").status,
            200);
  EXPECT_EQ(Post("operator", "/acl/v1/workspaces", R"({"id":"lab"})").status,
            409);
  EXPECT_EQ(Get("operator", "/acl/v1/workspaces").response.body,
            R"({"workspaces":["lab","studio"]})");
  EXPECT_EQ(Get("ann", "/acl/v1/workspaces").status, 403);
}

TEST_F(AdminApiTest, KeysAreMadeForAnybodyAndGetOtherSecrets) {
  EXPECT_EQ(Post("bob", "/acl/v1/keys", R"({"owner":"user:bob"})").status, 403);
  const Replied made = Post("ann", "/acl/v1/keys",
                            R"({"owner":"user:cy","name":"n","key_id":"k7"})");
  ASSERT_EQ(made.status, 200);
  EXPECT_EQ(made.body["key_id"], "k7");
  const std::string first = made.body["xi-api-key"];
  EXPECT_EQ(Get(first, "/v1/workspace/members").status, 200);
  const Replied other = Ask("ann", "POST", "/acl/v1/keys/k7/secret");
  ASSERT_EQ(other.status, 200);
  EXPECT_EQ(Get(first, "/v1/workspace/members").status, 401);
  EXPECT_EQ(
      Get(other.body["xi-api-key"].get<std::string>(), "/v1/workspace/members")
          .status,
      200);
  EXPECT_EQ(Ask("ann", "POST", "/acl/v1/keys/none/secret").code(),
            "api_key_not_found");
}

// Anyone who may change the directory can write annotations.
TEST_F(AdminApiTest, ForeignAnnotationsOfServiceAccountsArePassedOver) {
  for (const char* annotation :
       {R"({"default_sharing_groups":[{"group_id":"ops"}]})",
        R"({"default_sharing_groups":[{"group_id":7,"permission_level":1}]})",
        R"({"default_sharing_groups":[1,null,[]]})",
        R"({"default_sharing_groups":{"group_id":"ops"}})",
        R"({"created_at_unix":[]})", "[]", "not json", ""}) {
    UpdateServiceAccount update{"bot"};
    update.annotation = annotation;
    Must({update});
    const Replied reply = Get("ann", "/v1/service-accounts");
    EXPECT_EQ(reply.status, 200) << annotation;
    EXPECT_EQ(
        reply.body["service-accounts"][0]["default_sharing_groups"].dump(),
        "[]")
        << annotation;
  }
}

TEST_F(AdminApiTest, LimitsThatCouldNotBeKeptAreFaultsOfTheForm) {
  const std::string key = "/v1/service-accounts/bot/api-keys/bot-key";
  for (const char* limit : {"[[[[[[[[[1]]]]]]]]]", R"({"a":1})", "[1]"}) {
    const Replied refused = Ask("ann", "PATCH", key,
                                absl::StrCat(R"({"allowed_ips":)", limit, "}"));
    EXPECT_EQ(refused.status, 422) << limit;
    EXPECT_EQ(refused.body["detail"][0]["loc"].dump(),
              R"(["body","allowed_ips"])");
  }
  EXPECT_EQ(Ask("ann", "PATCH", key, R"({"allowed_ips":["127.0.0.1"]})").status,
            200);
  // The key still works.
  EXPECT_EQ(Get("bot",
                "/acl/v1/role?subject=service_account:bot"
                "&resource=voice:narrator")
                .status,
            200);
}

// What the server stores in annotations is internal: a refusal names the field
// of the request, and quotes what was sent.
TEST_F(AdminApiTest, RefusalsOfKeysAndAccountsNameTheField) {
  const std::string keys = "/v1/service-accounts/bot/api-keys";
  const std::string key = keys + "/bot-key";
  const auto ask = [&](const std::string& method, const std::string& target,
                       const Json& body, const std::string& field) {
    const Replied reply = Ask("ann", method, target, body.dump());
    SCOPED_TRACE(absl::StrCat(method, " ", target, " ", field));
    EXPECT_EQ(reply.status, 400) << reply.response.body;
    EXPECT_EQ(reply.body["detail"]["param"], field);
    EXPECT_THAT(reply.message(), HasSubstr(field));
    for (const char* words : {"annotation", "sha256", "hint", "created_at"}) {
      EXPECT_THAT(reply.message(), testing::Not(HasSubstr(words)));
    }
  };
  const std::string before = engine_.Export().DebugString();
  const std::string long_text(600, 'x');
  for (const std::string& text :
       {std::string("a\nb"), std::string("a\x7f"), std::string("\xc2\x85"),
        std::string("a\0b", 3), long_text}) {
    ask("POST", keys, {{"name", text}, {"permissions", "all"}}, "name");
    ask("POST", keys, {{"name", "k"}, {"permissions", {"x", text}}},
        "permissions");
    ask("POST", "/v1/service-accounts", {{"name", text}}, "name");
    ask("POST", "/acl/v1/keys", {{"owner", "user:cy"}, {"name", text}}, "name");
    ask("PATCH", key, {{"name", text}}, "name");
    ask("PATCH", key, {{"permissions", {text}}}, "permissions");
    ask("PATCH", key, {{"allowed_ips", {"10.0.0.1", text}}}, "allowed_ips");
    ask("POST", keys,
        {{"name", "k"}, {"permissions", "all"}, {"allowed_ips", {text}}},
        "allowed_ips");
  }
  // Together they must fit, too.
  const Json many(std::vector<std::string>(300, "a_permission"));
  ask("POST", keys, {{"name", "k"}, {"permissions", many}}, "permissions");
  ask("PATCH", key, {{"name", "k"}, {"allowed_ips", many}}, "allowed_ips");
  const Json group = {{"group_id", "ops"}, {"permission_level", "viewer"}};
  ask("POST", "/v1/service-accounts",
      {{"name", "n"},
       {"default_sharing_groups", std::vector<Json>(100, group)}},
      "default_sharing_groups");
  ask("POST", "/acl/v1/keys", {{"owner", "user:cy"}, {"key_id", ""}}, "key_id");
  EXPECT_EQ(engine_.Export().DebugString(), before);
}

TEST_F(AdminApiTest, LimitsOfKeysHaveTheirType) {
  const std::string keys = "/v1/service-accounts/bot/api-keys";
  const std::string key = keys + "/bot-key";
  const Json numbers = Json::parse("[0, 5, 9007199254740991]");
  const Json flags = Json::parse("[true, false]");
  const Json lists = Json::parse(R"([[], ["10.0.0.1", ""]])");
  const Json odd = Json::parse(
      R"([-1, 1.5, 9007199254740992, 1e300, "5", "", "all", "no_updates", {},
          {"a": 1}, [1], ["a", null], [["a"]]])");
  const struct {
    const char* limit;
    const Json& good;
    const char* words;
  } kTable[] = {
      {"character_limit", numbers, "a whole number from 0 to 9007199254740991"},
      {"tts_concurrency_limit", numbers, "a whole number from 0 to"},
      {"dubbing_concurrency_limit", numbers, "a whole number from 0 to"},
      {"music_concurrency_limit", numbers, "a whole number from 0 to"},
      {"expires_at_unix", numbers, "a whole number from 0 to"},
      {"third_party_disable_allowed", flags, "a valid boolean"},
      {"allowed_ips", lists, "a valid list of texts"}};
  for (const auto& [limit, good, words] : kTable) {
    Json body = {{"name", "k"}, {"permissions", "all"}};
    for (const Json* const values : {&numbers, &flags, &lists, &odd}) {
      for (const Json& value : *values) {
        SCOPED_TRACE(absl::StrCat(limit, " ", value.dump()));
        body[limit] = value;
        const bool fits = values == &good;
        const Replied made = Post("ann", keys, body.dump());
        const Replied edited =
            Ask("ann", "PATCH", key, Json{{limit, value}}.dump());
        EXPECT_EQ(made.status, fits ? 200 : 422) << made.response.body;
        EXPECT_EQ(edited.status, fits ? 200 : 422) << edited.response.body;
        if (fits) continue;
        for (const Replied* const reply : {&made, &edited}) {
          const Json& fault = reply->body["detail"][0];
          EXPECT_EQ(fault["loc"], Json::array({"body", limit}));
          EXPECT_THAT(fault["msg"].get<std::string>(), HasSubstr(words));
        }
      }
    }
    // It stays the same only where the request says so.
    const auto shown = [&] { return Get("ann", keys).body.dump(); };
    const std::string before = shown();
    for (const Json& value : {Json("no_update"), Json(nullptr)}) {
      EXPECT_EQ(Ask("ann", "PATCH", key, Json{{limit, value}}.dump()).status,
                200);
    }
    EXPECT_EQ(shown(), before);
    body[limit] = "no_update";
    EXPECT_EQ(Post("ann", keys, body.dump()).status, 422);
    EXPECT_EQ(shown(), before);
  }
}

// Someone else may have written anything into the annotation.
TEST_F(AdminApiTest, KeyWithAnOddNameCanBeEditedAndGetsOtherSecrets) {
  UpdateKey odd{"bot-key"};
  odd.annotation = absl::StrCat(R"({"sha256":")", HashOfSecret(secrets_["bot"]),
                                R"(","name":"a\u007f\u0085\nb"})");
  Must({odd});
  const std::string keys = "/v1/service-accounts/bot/api-keys";
  EXPECT_EQ(
      Ask("ann", "PATCH", keys + "/bot-key", R"({"permissions":["x"]})").status,
      200);
  EXPECT_EQ(Ask("ann", "POST", "/acl/v1/keys/bot-key/secret").status, 200);
  EXPECT_EQ(Get("ann", keys).body["api-keys"][0]["name"], "a\x7f\xc2\x85\nb");
  UpdateUser note{"bob"};
  note.annotation = R"({"theirs":"\u007f"})";
  Must({note});
  const std::string seat =
      R"({"email":"bob@x.io","workspace_seat_type":"workspace_lite_member"})";
  EXPECT_EQ(Post("ann", "/v1/workspace/members", seat).status, 200);
  note.annotation =
      absl::StrCat(R"({"theirs":")", std::string(4080, 'x'), "\"}");
  Must({note});
  const Replied full = Post("ann", "/v1/workspace/members", seat);
  EXPECT_EQ(full.status, 409);
  EXPECT_EQ(full.code(), "annotation_in_use");
}

TEST_F(AdminApiTest, KeyIsDisabledAndItsOtherSettingsStay) {
  const std::string keys = "/v1/service-accounts/bot/api-keys";
  const std::string disable = keys + "/bot-key/disable";
  ASSERT_EQ(Ask("ann", "PATCH", keys + "/bot-key",
                R"({"name":"night","permissions":["x"],"character_limit":5})")
                .status,
            200);
  EXPECT_EQ(Post("bob", disable, "").status, 403);
  EXPECT_EQ(Post("", disable, "").status, 401);
  EXPECT_EQ(Get("bot", "/v1/workspace/members").status, 200);
  Json shown = Get("ann", keys).body["api-keys"][0];
  const Replied reply =
      Post("ann", disable, "", {{"idempotency-key", "1"}, {"acl-reason", "x"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.response.body, R"({"status":"ok"})");
  EXPECT_EQ(Get("bot", "/v1/workspace/members").code(), "invalid_api_key");
  shown["is_disabled"] = true;
  EXPECT_EQ(Get("ann", keys).body["api-keys"][0], shown);
  // A second time it changes nothing; clients may send an empty body.
  const Revision now = studio_.Token()->revision;
  EXPECT_EQ(Post("ann", disable, "{}").status, 200);
  EXPECT_EQ(studio_.Token()->revision, now);
  EXPECT_EQ(Post("ann", keys + "/none/disable", "").code(),
            "api_key_not_found");
  EXPECT_EQ(Post("ann", keys + "/bob-key/disable", "").code(),
            "api_key_not_found");
  EXPECT_EQ(
      Post("ann", "/v1/service-accounts/none/api-keys/bot-key/disable", "")
          .code(),
      "user_not_found");
  EXPECT_EQ(Get("ann", disable).status, 405);
}

TEST_F(AdminApiTest, ASecretThatWasReplacedStaysSo) {
  const std::string old = secrets_["bot"];
  std::thread renamer([&] {
    for (int i = 0; i < 200; ++i) {
      Ask("ann", "PATCH", "/v1/service-accounts/bot/api-keys/bot-key",
          absl::StrCat(R"({"name":"n)", i, "\"}"));
    }
  });
  for (int i = 0; i < 50; ++i) {
    const Replied fresh = Post("ann", "/acl/v1/keys/bot-key/secret", "");
    ASSERT_EQ(fresh.status, 200);
    secrets_["bot"] = fresh.body["xi-api-key"];
    const std::string target =
        "/acl/v1/role?subject=service_account:bot&resource=voice:narrator";
    ASSERT_EQ(Get("bot", target).status, 200) << i;
  }
  renamer.join();
  secrets_["bot"] = old;
  EXPECT_EQ(Get("bot",
                "/acl/v1/role?subject=service_account:bot"
                "&resource=voice:narrator")
                .status,
            401);
}

TEST_F(AdminApiTest, KeyWithoutASecretLetsNobodyIn) {
  Must({AddKey{"bare", PrincipalId::User("ann")}});
  const std::string secret = *NewSecret({"studio", "bare"});
  EXPECT_EQ(Get(secret, "/v1/workspace/members").status, 401);
  AddKey other{"other", PrincipalId::User("ann")};
  other.annotation = R"({"sha256":""})";
  Must({other});
  EXPECT_EQ(
      Get(*NewSecret({"studio", "other"}), "/v1/workspace/members").status,
      401);
}

TEST_F(AdminApiTest, IdempotencyKeyIsRefusedWhereARetryCanNotBeTold) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
  };
  const std::string before = engine_.Export().DebugString();
  for (const Case& one : {
           Case{"POST", "/v1/service-accounts", R"({"name":"x"})"},
           Case{"POST", "/v1/service-accounts/bot/api-keys",
                R"({"name":"k","permissions":"all"})"},
           Case{"PATCH", "/v1/service-accounts/bot/api-keys/bot-key",
                R"({"name":"k"})"},
           Case{"POST", "/acl/v1/keys", R"({"owner":"user:cy"})"},
           Case{"POST", "/acl/v1/keys/bot-key/secret", ""},
       }) {
    const Replied reply = Ask("ann", one.method, one.target, one.body,
                              {{"idempotency-key", "1"}});
    EXPECT_EQ(reply.status, 400) << one.target;
    EXPECT_EQ(reply.body["detail"]["param"], "idempotency-key");
    EXPECT_THAT(reply.message(), HasSubstr("leave it out"));
    // A caller who may not do it is told that instead.
    EXPECT_EQ(
        Ask("bob", one.method, one.target, one.body, {{"idempotency-key", "1"}})
            .status,
        403);
  }
  EXPECT_EQ(engine_.Export().DebugString(), before);
}

TEST_F(AdminApiTest, RetryUnderAnIdempotencyKeyIsAnsweredAgain) {
  struct Case {
    const char* method;
    const char* target;
    const char* body;
  };
  int id = 0;
  for (const Case& one : {
           Case{"POST", "/v1/workspace/members",
                R"({"email":"cy@x.io","workspace_seat_type":)"
                R"("workspace_lite_member"})"},
           Case{"POST", "/v1/workspace/groups/ops/members",
                R"({"email":"bob@x.io"})"},
           Case{"POST", "/v1/workspace/groups/ops/members/remove",
                R"({"email":"bob@x.io"})"},
       }) {
    const Headers once = {{"idempotency-key", absl::StrCat(++id)}};
    const Replied first = Ask("ann", one.method, one.target, one.body, once);
    EXPECT_EQ(first.status, 200) << one.target;
    const Replied again = Ask("ann", one.method, one.target, one.body, once);
    EXPECT_EQ(again.status, 200) << one.target;
    EXPECT_EQ(again.Header("acl-revision"), first.Header("acl-revision"));
  }
}

TEST_F(AdminApiTest, KeyDoesNotGetTheIdOfAnAccountThatIsNotItsOwner) {
  const Replied reply =
      Post("ann", "/acl/v1/keys", R"({"owner":"user:cy","key_id":"bot"})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.code(), "already_exists");
  EXPECT_EQ(Post("ann", "/acl/v1/keys",
                 R"({"owner":"service_account:bot","key_id":"bot"})")
                .status,
            200);
}

}  // namespace
}  // namespace acl::server
