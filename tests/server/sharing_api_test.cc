// The contract of the public sharing API, case by case.
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

class SharingApi : public Served {};

TEST_F(SharingApi, EachKindOfTargetIsShared) {
  struct Case {
    const char* target;
    Subject subject;
    const char* role;
  };
  for (const Case& one : {
           Case{R"("user_email":" CY@x.io")", Subject::User("cy"), "viewer"},
           Case{R"("user_email":"bot@x.io")", Subject::ServiceAccount("bot"),
                "editor"},
           Case{R"("workspace_api_key_id":"bot-key")", Subject::Key("bot-key"),
                "admin"},
           Case{R"("workspace_api_key_id":"bot")",
                Subject::ServiceAccount("bot"), "commenter"},
           Case{R"("group_id":"ops")", Subject::User("cy"), "editor"},
           Case{R"("group_id":"default")", Subject::ServiceAccount("bot"),
                "admin"},
           Case{R"("user_email":"cy@x.io","group_id":null)",
                Subject::User("cy"), "admin"},
       }) {
    const Replied reply = Share(
        "ann", absl::StrCat(R"({"role":")", one.role,
                            R"(","resource_type":"voice",)", one.target, "}"));
    EXPECT_EQ(reply.status, 200) << one.target;
    EXPECT_EQ(reply.response.body, R"({"status":"ok"})");
    EXPECT_EQ(Role(one.subject), one.role) << one.target;
    EXPECT_EQ(reply.Header("acl-revision"), studio_.Token()->ToString());
  }
}

TEST_F(SharingApi, UnshareTakesTheGrantAwayAndMayFindNone) {
  const std::string body =
      R"({"resource_type":"voice","user_email":"bob@x.io"})";
  const std::string target = "/v1/workspace/resources/narrator/unshare";
  EXPECT_EQ(Post("ann", target, body).status, 200);
  EXPECT_EQ(Role(Subject::User("bob")), "none");
  const Revision now = studio_.Token()->revision;
  EXPECT_EQ(Post("ann", target, body).status, 200);
  EXPECT_EQ(studio_.Token()->revision, now);
}

TEST_F(SharingApi, EscapedIdIsTheOneThatIsMeant) {
  EXPECT_EQ(Share("ann",
                  R"({"role":"viewer","resource_type":"voice",)"
                  R"("user_email":"cy@x.io"})",
                  "a%2Fb%20c%3F")
                .status,
            200);
  EXPECT_EQ(Role(Subject::User("cy"), {"voice", "a/b c?"}), "viewer");
}

// The caller, the request, and its expected answer.
struct Refused {
  const char* who;
  const char* body;
  int status;
  const char* type;
  const char* code;
  const char* words;
};

TEST_F(SharingApi, EverySituationHasItsRefusal) {
  const Revision before = studio_.Token()->revision;
  const std::string start = R"({"role":"viewer","resource_type":"voice")";
  for (const Refused& one : {
           Refused{"ann", "}", 400, "invalid_request", "invalid_parameters",
                   "no target"},
           Refused{"ann", R"(,"user_email":"cy@x.io","group_id":"ops"})", 400,
                   "invalid_request", "invalid_parameters", "more than one"},
           Refused{"ann", R"(,"user_email":""})", 400, "validation_error",
                   "invalid_parameters", "e-mail"},
           Refused{"ann", R"(,"group_id":""})", 400, "validation_error",
                   "invalid_parameters", "group id is empty"},
           Refused{"ann", R"(,"user_email":"eve@x.io"})", 404, "not_found",
                   "user_not_found", "`eve@x.io`"},
           Refused{"ann", R"(,"group_id":"nobody"})", 404, "not_found",
                   "group_not_found", "`nobody`"},
           Refused{"ann", R"(,"workspace_api_key_id":"k9"})", 404, "not_found",
                   "api_key_not_found", "`k9`"},
           Refused{"ann", R"(,"workspace_api_key_id":"bob-key"})", 404,
                   "not_found", "api_key_not_found", "personal"},
           Refused{"ann", R"(,"user_email":"ann@x.io"})", 403,
                   "authorization_error", "insufficient_permissions",
                   "created"},
           Refused{"bob", R"(,"user_email":"cy@x.io"})", 403,
                   "authorization_error", "insufficient_permissions", "admin"},
           Refused{"cy", R"(,"user_email":"cy@x.io"})", 404, "not_found",
                   "resource_not_found", "`voice:narrator`"},
           Refused{"", R"(,"user_email":"cy@x.io"})", 401,
                   "authentication_error", "missing_api_key", "xi-api-key"},
           Refused{"lea", R"(,"user_email":"cy@x.io"})", 401,
                   "authentication_error", "invalid_api_key", ""},
           Refused{"off", R"(,"user_email":"cy@x.io"})", 401,
                   "authentication_error", "invalid_api_key", ""},
           Refused{"sk_wrong", R"(,"user_email":"cy@x.io"})", 401,
                   "authentication_error", "invalid_api_key", ""},
       }) {
    const Replied reply = Share(one.who, start + one.body);
    SCOPED_TRACE(absl::StrCat(one.who, " ", one.body));
    EXPECT_EQ(reply.status, one.status);
    const Json& detail = reply.body["detail"];
    EXPECT_EQ(detail["type"], one.type);
    EXPECT_EQ(detail["code"], one.code);
    EXPECT_THAT(detail["message"].get<std::string>(), HasSubstr(one.words));
    EXPECT_EQ(detail["request_id"], reply.Header("x-request-id"));
    EXPECT_EQ(reply.response.content_type, "application/json");
  }
  EXPECT_EQ(studio_.Token()->revision, before);
}

TEST_F(SharingApi, LimitIsARefusalOfTheRequest) {
  Must({SetLimit{2}});
  const Replied reply =
      Share("ann", R"({"role":"viewer","resource_type":"voice",)"
                   R"("user_email":"cy@x.io"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Header("acl-fault"), "LIMIT");
}

TEST_F(SharingApi, AbsentAndInvisibleAnswerAlikeToTheByte) {
  const std::string body =
      R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})";
  const Headers id = {{"x-request-id", "the-same"}};
  const auto same = [&](const std::string& suffix, bool get) {
    const auto ask = [&](const std::string& resource) {
      const std::string target =
          absl::StrCat("/v1/workspace/resources/", resource, suffix);
      return get ? Get("cy", target, id) : Post("cy", target, body, id);
    };
    Replied invisible = ask("narrator");
    Must({RemoveResource{{"voice", "narrator"}}});
    const Replied absent = ask("narrator");
    EXPECT_EQ(invisible.status, 404);
    EXPECT_EQ(absent.response.body, invisible.response.body);
    EXPECT_EQ(absent.response.headers, invisible.response.headers);
    Must({AddResource{{"voice", "narrator"}}});
  };
  same("/share", false);
  same("/unshare", false);
  same("?resource_type=voice", true);
}

TEST_F(SharingApi, FaultsOfTheFormComeFirstAndAllAtOnce) {
  const Replied reply = Share("", R"({"user_email":7,"group_id":"ops"})");
  EXPECT_EQ(reply.status, 422);
  ASSERT_EQ(reply.body["detail"].size(), 3u);
  EXPECT_EQ(
      reply.body["detail"][0].dump(),
      R"({"type":"missing","loc":["body","role"],"msg":"Field required","input":null})");
  EXPECT_EQ(reply.body["detail"][1]["loc"].dump(),
            R"(["body","resource_type"])");
  EXPECT_EQ(reply.body["detail"][2]["type"], "string_type");
  EXPECT_EQ(reply.body["detail"][2]["input"], 7);
}

TEST_F(SharingApi, BodyThatIsNoObjectOfJsonIsAFaultOfTheForm) {
  struct Case {
    const char* body;
    const char* type;
    const char* fault;
  };
  const std::string deep(100'000, '[');
  for (const Case& one : {
           Case{"", "application/json", "missing"},
           Case{"{", "application/json", "json_invalid"},
           Case{R"({"role":"viewer","role":"admin"})", "application/json",
                "json_invalid"},
           Case{R"({"role":"viewer"} x)", "application/json", "json_invalid"},
           Case{"{\"role\":\"\xff\"}", "application/json", "json_invalid"},
           Case{deep.c_str(), "application/json", "json_invalid"},
           Case{"[]", "application/json", "dict_type"},
           Case{"null", "application/json; charset=utf-8", "dict_type"},
           Case{R"({"role":"viewer"})", "text/plain", "dict_type"},
       }) {
    const Replied reply = Post("ann", "/v1/workspace/resources/narrator/share",
                               one.body, {{"Content-Type", one.type}});
    EXPECT_EQ(reply.status, 422) << std::string(one.body).substr(0, 40);
    ASSERT_EQ(reply.body["detail"].size(), 1u);
    EXPECT_EQ(reply.body["detail"][0]["type"], one.fault)
        << std::string(one.body).substr(0, 40);
  }
}

TEST_F(SharingApi, RoleOfTheWorkspacesOwnLadderIsKnownToItsCallers) {
  Must({SetLadder{{"viewer", "commenter", "editor", "publisher", "admin"}}});
  const std::string body =
      R"({"role":"publisher","resource_type":"voice","user_email":"cy@x.io"})";
  EXPECT_EQ(Share("", body).status, 422);
  EXPECT_EQ(Share("ann", body).status, 200);
  EXPECT_EQ(Role(Subject::User("cy")), "publisher");
}

TEST_F(SharingApi, RetryUnderAnIdempotencyKeyIsAnsweredAgain) {
  const std::string target = "/v1/workspace/resources/narrator/share";
  const std::string body =
      R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})";
  const Headers once = {{"idempotency-key", "42"}};
  const Replied first = Post("ann", target, body, once);
  EXPECT_EQ(first.status, 200);
  Must({acl::Unshare{{"voice", "narrator"}, Target::User("cy")}});
  const Replied again = Post("ann", target, body, once);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.Header("acl-revision"), first.Header("acl-revision"));
  EXPECT_EQ(Role(Subject::User("cy")), "none");
  EXPECT_EQ(Post("ann", target,
                 R"({"role":"admin","resource_type":"voice",)"
                 R"("user_email":"cy@x.io"})",
                 once)
                .status,
            409);
}

TEST_F(SharingApi, ResourceIsShownWithItsGrantsAndWhomItCouldBeSharedWith) {
  ASSERT_TRUE(
      studio_
          .Apply(
              Actor::System(),
              {acl::Share{{"voice", "narrator"}, Target::Default(), "viewer"},
               acl::Share{
                   {"voice", "narrator"}, Target::Group("ops"), "viewer"}})
          .ok());
  const Replied reply =
      Get("bob", "/v1/workspace/resources/narrator?resource_type=voice");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.response.body,
            R"({"resource_id":"narrator","resource_name":"Narrator",)"
            R"("resource_type":"voice","creator_user_id":"ann",)"
            R"("anonymous_access_level_override":null,)"
            R"("role_to_group_ids":{"admin":["ann"],"editor":["bob"],)"
            R"("commenter":[],"viewer":["default","ops"]},)"
            R"("share_options":[{"name":"Bot","id":"bot","type":"key"},)"
            R"({"name":"cy@x.io","id":"cy","type":"user"},)"
            R"({"name":"lea@x.io","id":"lea","type":"user"}]})");
  EXPECT_EQ(Get("bob", "/v1/workspace/resources/narrator").status, 422);
  EXPECT_EQ(
      Get("bob", "/v1/workspace/resources/narrator?resource_type=vice").status,
      422);
  EXPECT_EQ(Get("bob", "/v1/workspace/resources/narrator?resource_type=project")
                .code(),
            "resource_not_found");
}

TEST_F(SharingApi, MembersAreListedAndUpdatedByAdmins) {
  EXPECT_EQ(Get("cy", "/v1/workspace/members").body.size(), 4u);
  const std::string target = "/v1/workspace/members";
  EXPECT_EQ(
      Post("bob", target, R"({"email":"cy@x.io","is_locked":true})").status,
      403);
  EXPECT_EQ(
      Post("ann", target, R"({"email":"cy@x.io","is_locked":true})").status,
      200);
  EXPECT_TRUE(studio_.GetUser("cy")->locked());
  EXPECT_EQ(Get("cy", target).status, 401);
  EXPECT_EQ(Post("ann", target,
                 R"({"email":"bob@x.io",)"
                 R"("workspace_seat_type":"workspace_lite_member"})")
                .status,
            200);
  const Json members = Get("ann", target).body;
  EXPECT_EQ(
      members[1].dump(),
      R"({"user_id":"bob","email":"bob@x.io","first_name":"Bob",)"
      R"("seat_type":"workspace_lite_member","is_owner":false,"is_locked":false})");
  EXPECT_EQ(
      Post("ann", target,
           R"({"email":"bob@x.io","workspace_seat_type":"workspace_admin"})")
          .status,
      200);
  EXPECT_TRUE(studio_.GetUser("bob")->workspace_admin());
  EXPECT_EQ(Post("ann", target, R"({"email":"eve@x.io"})").code(),
            "user_not_found");
  EXPECT_EQ(Post("ann", target, R"({"email":"bot@x.io"})").code(),
            "user_not_found");
  EXPECT_EQ(Post("ann", target,
                 R"({"email":"bob@x.io","workspace_seat_type":"king"})")
                .status,
            422);
}

TEST_F(SharingApi, GroupsAreListedFoundAndChanged) {
  const std::string groups = "/v1/workspace/groups";
  EXPECT_EQ(Get("bob", groups).body["ops"]["members"].dump(), R"(["cy"])");
  EXPECT_EQ(
      Get("bob", groups + "/search?name=Operations").response.body,
      R"([{"name":"Operations","id":"ops","members_emails":["cy@x.io"]}])");
  EXPECT_EQ(Get("bob", groups + "/search?name=Oper").response.body, "[]");
  EXPECT_EQ(Get("bob", groups + "/search").status, 422);
  const std::string bot = R"({"email":"bot@x.io"})";
  EXPECT_EQ(Post("bob", groups + "/ops/members", bot).status, 403);
  EXPECT_EQ(Post("ann", groups + "/ops/members", bot).status, 200);
  EXPECT_EQ(Get("bob", groups).body["ops"]["members"].dump(),
            R"(["bot","cy"])");
  EXPECT_EQ(Post("ann", groups + "/ops/members/remove", bot).status, 200);
  EXPECT_EQ(Get("bob", groups).body["ops"]["members"].dump(), R"(["cy"])");
  EXPECT_EQ(Post("ann", groups + "/none/members", bot).code(),
            "group_not_found");
  EXPECT_EQ(
      Post("ann", groups + "/ops/members", R"({"email":"eve@x.io"})").code(),
      "user_not_found");
}

TEST_F(SharingApi, UnknownRoutesAndMethodsSaySo) {
  EXPECT_EQ(Get("ann", "/v1/nothing").response.body,
            R"({"detail":"Not Found"})");
  EXPECT_EQ(Get("ann", "/v1/nothing").status, 404);
  EXPECT_EQ(Get("ann", "/v1/workspace/members/").status, 404);
  const Replied wrong = Ask("ann", "PUT", "/v1/workspace/members");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.Header("Allow"), "GET, POST");
  EXPECT_NE(wrong.Header("x-request-id"), "");
  EXPECT_EQ(Get("ann", "/v1/%zz").status, 400);
}

TEST_F(SharingApi, LogHasALineForEachRequestAndNoSecret) {
  Get("ann", "/v1/workspace/members");
  Share("bob", "{\"role\":\"\\n\"}", "nar%0Arator");
  ASSERT_EQ(log_.size(), 2u);
  const Json first = Json::parse(log_[0]);
  EXPECT_EQ(first["route"], "/v1/workspace/members");
  EXPECT_EQ(first["status"], 200);
  EXPECT_EQ(first["workspace"], "studio");
  EXPECT_EQ(first["key"], "ann-key");
  for (const std::string& line : log_) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    for (const auto& [who, secret] : secrets_) {
      EXPECT_EQ(line.find(secret), std::string::npos);
    }
  }
}

TEST_F(SharingApi, CreatorIsNotUnsharedByAKeyOfItsOwn) {
  Must({AddResource{
      {"voice", "song"}, "Song", PrincipalId::ServiceAccount("bot")}});
  const std::string target = "/v1/workspace/resources/song/unshare";
  for (const char* name : {"bot-key", "bot"}) {
    const std::string body = absl::StrCat(
        R"({"resource_type":"voice","workspace_api_key_id":")", name, "\"}");
    // With the creator's own key, and as a workspace admin.
    for (const char* who : {"bot", "ann"}) {
      const Replied reply = Post(who, target, body);
      EXPECT_EQ(reply.status, 403) << who << " " << name;
      EXPECT_EQ(reply.Header("acl-fault"), "CREATOR_PROTECTED");
    }
    EXPECT_EQ(Share("ann",
                    absl::StrCat(R"({"role":"viewer","resource_type":"voice",)"
                                 R"("workspace_api_key_id":")",
                                 name, "\"}"),
                    "song")
                  .status,
              403);
  }
  EXPECT_EQ(Role(Subject::Key("bot-key"), {"voice", "song"}), "admin");
}

// Every name that an answer uses for someone can be sent back.
TEST_F(SharingApi, WhoHasNoAddressIsNamedByTheIdThatTheApiHandsOut) {
  Must({AddUser{"zoe", "", "Zoe"}});
  const std::string account =
      Post("ann", "/v1/service-accounts", R"({"name":"Renderer"})")
          .body["service-account-user-id"];
  const std::string groups = "/v1/workspace/groups";
  for (const std::string& id : {std::string("zoe"), account}) {
    const std::string email = absl::StrCat(R"({"email":")", id, "\"}");
    const std::string share =
        absl::StrCat(R"("resource_type":"voice","user_email":")", id, "\"}");
    const Subject subject =
        id == "zoe" ? Subject::User(id) : Subject::ServiceAccount(id);
    EXPECT_EQ(Share("ann", R"({"role":"editor",)" + share).status, 200);
    EXPECT_EQ(Role(subject), "editor");
    EXPECT_EQ(
        Post("ann", "/v1/workspace/resources/narrator/unshare", "{" + share)
            .status,
        200);
    EXPECT_EQ(Role(subject), "none");
    EXPECT_EQ(Post("ann", groups + "/ops/members", email).status, 200);
    const Json found = Get("ann", groups + "/search?name=Operations").body;
    EXPECT_THAT(found[0]["members_emails"].dump(), HasSubstr(id));
    EXPECT_EQ(Post("ann", groups + "/ops/members/remove", email).status, 200);
  }
  EXPECT_EQ(Get("ann", groups).body["ops"]["members"].dump(), R"(["cy"])");
  EXPECT_EQ(Post("ann", "/v1/workspace/members",
                 R"({"email":"zoe","is_locked":true})")
                .status,
            200);
  EXPECT_TRUE(studio_.GetUser("zoe")->locked());
}

TEST_F(SharingApi, EveryShareOptionCanBeTaken) {
  Must({AddUser{"zoe"}, AddServiceAccount{"bare"}});
  const std::string target =
      "/v1/workspace/resources/narrator?resource_type=voice";
  const std::map<std::string, std::string> fields = {
      {"user", "user_email"},
      {"group", "group_id"},
      {"key", "workspace_api_key_id"}};
  const Json options = Get("ann", target).body["share_options"];
  EXPECT_EQ(options.size(), 6u);
  for (const Json& option : options) {
    Json body = {{"role", "viewer"}, {"resource_type", "voice"}};
    body[fields.at(option["type"])] = option["id"];
    EXPECT_EQ(Share("ann", body.dump()).status, 200) << option.dump();
  }
  EXPECT_TRUE(Get("ann", target).body["share_options"].empty());
  // And removed again under the id that it is listed with.
  const Json listed = Get("ann", target).body["role_to_group_ids"]["viewer"];
  for (const Json& id : listed) {
    Json body = {{"resource_type", "voice"}};
    body[id == "ops" ? "group_id" : "user_email"] = id;
    EXPECT_EQ(
        Post("ann", "/v1/workspace/resources/narrator/unshare", body.dump())
            .status,
        200);
  }
  EXPECT_EQ(Get("ann", target).body["share_options"], options);
}

TEST_F(SharingApi, AddressOfOneIsNotTakenForTheIdOfAnother) {
  Must({AddUser{"bob@x.io", "robert@x.io"}});
  EXPECT_EQ(Share("ann", R"({"role":"viewer","resource_type":"voice",)"
                         R"("user_email":"bob@x.io"})")
                .status,
            200);
  EXPECT_EQ(Role(Subject::User("bob")), "viewer");
  EXPECT_EQ(Role(Subject::User("bob@x.io")), "none");
}

// The user with the id `jane@x` is not the removed user whose address was
// `jane@x`.
TEST_F(SharingApi, IdWithAnAtIsNoAddressInAnyField) {
  Must({AddUser{"jane@x", ""}, AddServiceAccount{"bot@x", ""},
        AddUser{"jane", "jane@x"}, AddMember{"ops", Member::User("jane@x")},
        AddMember{"ops", Member::ServiceAccount("bot@x")}});
  const auto emails = [&] {
    return Get("ann", "/v1/workspace/groups/search?name=Operations")
        .body[0]["members_emails"]
        .dump();
  };
  EXPECT_EQ(emails(), R"(["cy@x.io"])");
  Must({RemoveUser{"jane"}});
  EXPECT_EQ(emails(), R"(["cy@x.io"])");
  const std::string before = engine_.Export().SerializeAsString();
  constexpr char kNarrator[] = "/v1/workspace/resources/narrator";
  for (const std::string id : {"jane@x", "bot@x", " JANE@x "}) {
    const std::string target =
        absl::StrCat(R"("resource_type":"voice","user_email":")", id, "\"}");
    const std::string email = absl::StrCat(R"("email":")", id, "\"");
    const std::pair<std::string, std::string> kRequests[] = {
        {absl::StrCat(kNarrator, "/share"), R"({"role":"viewer",)" + target},
        {absl::StrCat(kNarrator, "/unshare"), "{" + target},
        {"/v1/workspace/members", "{" + email + R"(,"is_locked":true})"},
        {"/v1/workspace/groups/ops/members", "{" + email + "}"},
        {"/v1/workspace/groups/ops/members/remove", "{" + email + "}"}};
    for (const auto& [path, body] : kRequests) {
      const Replied reply = Post("ann", path, body);
      EXPECT_EQ(reply.status, 404) << path << " " << body;
      EXPECT_EQ(reply.code(), "user_not_found");
      EXPECT_THAT(reply.message(), HasSubstr("@x`"));
    }
  }
  EXPECT_EQ(engine_.Export().SerializeAsString(), before);
}

// Text without an `@` may be an id, so it is reported as unknown and not as
// malformed.
TEST_F(SharingApi, UnknownIdInAFieldOfAddressesIsNotFound) {
  for (const std::string id :
       {"nobody", " bob", "BOB", "bob\u200b", "user:bob"}) {
    for (const auto& [path, body] : std::vector<std::pair<std::string, Json>>{
             {"/v1/workspace/resources/narrator/share",
              {{"role", "viewer"},
               {"resource_type", "voice"},
               {"user_email", id}}},
             {"/v1/workspace/resources/narrator/unshare",
              {{"resource_type", "voice"}, {"user_email", id}}},
             {"/v1/workspace/members", {{"email", id}, {"is_locked", true}}},
             {"/v1/workspace/groups/ops/members", {{"email", id}}},
             {"/v1/workspace/groups/ops/members/remove", {{"email", id}}}}) {
      const Replied reply = Post("ann", path, body.dump());
      EXPECT_EQ(reply.status, 404) << path << " " << body.dump();
      EXPECT_EQ(reply.code(), "user_not_found");
      EXPECT_EQ(reply.message(),
                absl::StrCat("user ", Quoted(id), " is not in the workspace"));
    }
  }
}

TEST_F(SharingApi, NameThatLooksLikeAnAddressIsMarkedInShareOptions) {
  Must({AddUser{"jane@x"}, AddUser{"eve", "", "ann@x.io"},
        AddUser{"zoe", "", "Zoe"}, AddUser{"max@x", "max@x.io", "Max"}});
  std::map<std::string, std::string> names;
  const Json options =
      Get("ann", "/v1/workspace/resources/narrator?resource_type=voice")
          .body["share_options"];
  for (const Json& option : options) {
    names[option["id"]] = option["name"];
  }
  EXPECT_EQ(names["jane@x"], "jane@x (no e-mail)");
  EXPECT_EQ(names["eve"], "ann@x.io (no e-mail)");
  EXPECT_EQ(names["zoe"], "Zoe");
  EXPECT_EQ(names["max@x"], "max@x.io");
  // The marked name is nobody's address, and cannot become one.
  const Replied reply = Share("ann", Json{{"role", "viewer"},
                                          {"resource_type", "voice"},
                                          {"user_email", names["eve"]}}
                                         .dump());
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code(), "invalid_parameters");
}

TEST_F(SharingApi, IdOfAnAccountAndOfAnothersKeyIsRefused) {
  const std::string body =
      R"({"role":"viewer","resource_type":"voice","workspace_api_key_id":"x"})";
  Must({AddServiceAccount{"x"},
        AddKey{"x", PrincipalId::ServiceAccount("bot")}});
  const Replied reply = Share("ann", body);
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.message(),
              HasSubstr("`x` is a service account and the key"));
  EXPECT_EQ(reply.body["detail"]["param"], "workspace_api_key_id");
  // The refusal's way out works for each of them.
  EXPECT_EQ(
      Share("ann",
            R"({"role":"editor","resource_type":"voice","user_email":"x"})")
          .status,
      200);
  EXPECT_EQ(Role(Subject::ServiceAccount("x")), "editor");
  EXPECT_EQ(Role(Subject::ServiceAccount("bot")), "none");
  // If the key is its own, or a personal one, there is no ambiguity.
  for (const PrincipalId& owner :
       {PrincipalId::ServiceAccount("x"), PrincipalId::User("bob")}) {
    Must({RemoveKey{"x"}});
    Must({AddKey{"x", owner}});
    EXPECT_EQ(Share("ann", body).status, 200);
    EXPECT_EQ(Role(Subject::ServiceAccount("x")), "viewer");
  }
}

TEST_F(SharingApi, LogTellsRefusalsOfTheTransportToo) {
  for (const int status : {400, 408, 413, 414, 431, 503}) {
    const HttpResponse response =
        service_.Refusal(status, "it is too much", "10.0.0.7");
    const Json line = Json::parse(log_.back());
    EXPECT_EQ(line["status"], status);
    EXPECT_EQ(line["peer"], "10.0.0.7");
    EXPECT_EQ(line["route"], "refused");
    EXPECT_EQ(line["message"], "it is too much");
    EXPECT_THAT(response.body,
                HasSubstr(line["request_id"].get<std::string>()));
  }
}

TEST_F(SharingApi, LogHasCodesAndNothingThatFoolsATerminal) {
  Share("bob", "{}");
  EXPECT_EQ(Json::parse(log_.back())["code"], "missing");
  Share("bob",
        R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})");
  EXPECT_EQ(Json::parse(log_.back())["code"], "insufficient_permissions");
  EXPECT_EQ(Json::parse(log_.back())["fault"], "NOT_ADMIN");
  // DEL, NEL, CSI, right-to-left override, isolates.
  Get("ann",
      "/v1/workspace/resources/a%7F%C2%85%C2%9B%E2%80%AE%E2%81%A6"
      "?resource_type=voice");
  EXPECT_THAT(log_.back(),
              HasSubstr(R"("ids":["a\u007f\u0085\u009b\u202e\u2066"])"));
  EXPECT_EQ(Json::parse(log_.back())["ids"][0],
            "a\x7f\xc2\x85\xc2\x9b\xe2\x80\xae\xe2\x81\xa6");
  std::string umlauts;
  for (int i = 0; i < 1000; ++i) umlauts += "%C3%A4";
  Get("ann", "/v1/workspace/resources/x" + umlauts + "?resource_type=voice");
  EXPECT_LT(log_.back().size(), 600u);
  EXPECT_FALSE(Json::parse(log_.back(), nullptr, false).is_discarded());
  EXPECT_THAT(log_.back(), HasSubstr("...\"]"));
}

TEST_F(SharingApi, NoAnswerIsKeptByCaches) {
  EXPECT_EQ(Get("ann", "/v1/workspace/members").Header("Cache-Control"),
            "no-store");
  EXPECT_EQ(Get("", "/v1/workspace/members").Header("Cache-Control"),
            "no-store");
  EXPECT_EQ(Get("ann", "/v1/nothing").Header("Cache-Control"), "no-store");
  const Replied refused{0, nullptr, service_.Refusal(431, "long", "::1")};
  EXPECT_EQ(refused.Header("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace acl::server
