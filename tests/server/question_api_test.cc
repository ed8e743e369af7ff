// The engine's own answers, and operations.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/server/http/target.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

class QuestionApiTest : public Served {
 protected:
  std::string Answer(const std::string& who, const std::string& target) {
    return Get(who, target).response.body;
  }
};

TEST_F(QuestionApiTest, RoleComesWithItsWitness) {
  const std::string token = studio_.Token()->ToString();
  EXPECT_EQ(
      Answer("bob", "/acl/v1/role?subject=user:bob&resource=voice:narrator"),
      absl::StrCat(R"({"role":"editor","witness":{"source":"direct"},)",
                   R"("revision":)", studio_.Token()->revision, R"(,"token":")",
                   token, "\"}"));
}

TEST_F(QuestionApiTest, ChecksAreOneByOneOrManyAtOneRevision) {
  EXPECT_EQ(Get("bob",
                "/acl/v1/check?subject=email:bob%40x.io&role=editor"
                "&resource=voice:narrator")
                .body["allowed"],
            true);
  const Replied many = Post(
      "ann", "/acl/v1/checks",
      R"({"questions":[)"
      R"({"subject":"user:bob","role":"editor","resource":"voice:narrator"},)"
      R"({"subject":"user:bob","role":"admin","resource":"voice:narrator"},)"
      R"({"subject":"user:eve","role":"viewer","resource":"voice:none"}]})");
  EXPECT_EQ(many.body["allowed"].dump(), "[true,false,false]");
  EXPECT_EQ(many.body["revision"], studio_.Token()->revision);
  EXPECT_EQ(Post("ann", "/acl/v1/checks", "{}").status, 422);
  const Replied bad = Post(
      "ann", "/acl/v1/checks",
      R"({"questions":[{"subject":"user:bob","role":"king","resource":"voice:x"}]})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.message(), HasSubstr("question 0: "));
}

TEST_F(QuestionApiTest, WhoAndWhatComeInPages) {
  const Replied first =
      Get("ann", "/acl/v1/who?resource=voice:narrator&page_size=1");
  EXPECT_EQ(first.body["items"].dump(),
            R"([{"principal":"user:ann","role":"admin"}])");
  const Replied second = Get(
      "ann",
      absl::StrCat("/acl/v1/who?resource=voice:narrator&page_size=1"
                   "&page_token=",
                   Escape(first.body["next_page_token"].get<std::string>())));
  EXPECT_EQ(second.body["items"].dump(),
            R"([{"principal":"user:bob","role":"editor"}])");
  EXPECT_TRUE(second.body["next_page_token"].is_null());
  EXPECT_EQ(Get("bob", "/acl/v1/what?subject=user:bob").body["items"].dump(),
            R"([{"resource":"voice:narrator","role":"editor"}])");
  EXPECT_EQ(
      Get("ann", "/acl/v1/who?resource=voice:narrator&page_size=x").status,
      400);
}

TEST_F(QuestionApiTest, PageTokenOfAnotherQuestionIsRefused) {
  Must({acl::Share{{"voice", "narrator"}, Target::Default(), "viewer"},
        acl::Share{{"voice", "a/b c?"}, Target::Default(), "editor"}});
  const std::vector<std::string> lists = {
      "who?resource=voice:narrator",
      "who?resource=voice:a%2Fb%20c%3F",
      "who?resource=voice:narrator&min_role=editor",
      "what?subject=user:cy",
      "what?subject=user:bob",
      "what?subject=user:bob&min_role=editor",
      "what?subject=user:bob&type=voice",
  };
  for (const std::string& from : lists) {
    const Json token =
        Get("ann", "/acl/v1/" + from + "&page_size=1").body["next_page_token"];
    ASSERT_TRUE(token.is_string()) << from;
    const std::string next =
        "&page_size=1&page_token=" + Escape(token.get<std::string>());
    for (const std::string& to : lists) {
      const Replied reply = Get("ann", "/acl/v1/" + to + next);
      if (to == from) {
        EXPECT_EQ(reply.status, 200) << to;
        continue;
      }
      EXPECT_EQ(reply.status, 400) << from << " " << to;
      EXPECT_EQ(reply.Header("acl-fault"), "MALFORMED");
      EXPECT_THAT(reply.message(), HasSubstr("belongs to another question"));
    }
  }
}

TEST_F(QuestionApiTest, PageTokenOfAnotherRevisionSaysWhatToDo) {
  const std::string list = "/acl/v1/who?resource=voice:narrator&page_size=1";
  const std::string token = Get("ann", list).body["next_page_token"];
  Must({AddUser{"zoe"}});
  const Replied reply = Get("ann", list + "&page_token=" + Escape(token));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.code(), "revision_not_available");
  EXPECT_THAT(reply.message(), HasSubstr("start again from the first page"));
  EXPECT_THAT(reply.message(), HasSubstr("in `at`"));
  // And of another workspace.
  Workspace lab = *engine_.AddWorkspace(Actor::System(), "lab");
  EXPECT_THAT(Get("operator", list + "&page_token=" + Escape(token),
                  {{"acl-workspace", "lab"}})
                  .message(),
              HasSubstr("another workspace"));
}

TEST_F(QuestionApiTest, PastAndLeastRevisionExcludeEachOther) {
  const Replied reply =
      Get("bob", "/acl/v1/role?subject=user:bob&resource=voice:narrator&at=1",
          {{"acl-min-revision", studio_.Token()->ToString()}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["detail"]["param"], "acl-min-revision");
  EXPECT_THAT(reply.message(), HasSubstr("send one of the two"));
}

TEST_F(QuestionApiTest, UnknownFieldOfAQuestionIsRefused) {
  const Replied reply = Post(
      "ann", "/acl/v1/checks",
      R"({"questions":[{"subject":"user:bob","role":"editor",)"
      R"("resource":"voice:narrator"},{"subject":"user:bob","role":"editor",)"
      R"("resource":"voice:narrator","at":"1"}]})");
  EXPECT_EQ(reply.status, 422);
  ASSERT_EQ(reply.body["detail"].size(), 1u);
  EXPECT_EQ(reply.body["detail"][0]["type"], "extra_forbidden");
  EXPECT_EQ(reply.body["detail"][0]["loc"].dump(),
            R"(["body","questions",1,"at"])");
}

TEST_F(QuestionApiTest, ExplanationTellsWhatWouldAllowIt) {
  const Replied reply = Get(
      "ann",
      "/acl/v1/explain?subject=user:cy&resource=voice:narrator&role=viewer");
  EXPECT_EQ(reply.body["allowed"], false);
  EXPECT_EQ(reply.body["remedies"][0]["change"], "grant");
  const Replied own = Get(
      "bob",
      "/acl/v1/explain?subject=user:bob&resource=voice:narrator&role=admin");
  EXPECT_EQ(own.body["remedies"][0]["change"], "grant");
}

TEST_F(QuestionApiTest, WhatIsNotVisibleIsAnsweredLikeWhatIsNotThere) {
  for (const std::string question :
       {"role?subject=user:cy", "check?role=viewer&subject=user:cy",
        "explain?subject=user:cy", "explain?role=admin&subject=user:cy",
        "who?page_size=10", "role?subject=user:bob"}) {
    const std::string target = "/acl/v1/" + question + "&resource=voice:";
    const auto answer = [&](const std::string& id) {
      return Get("cy", target + id, {{"x-request-id", "r"}}).response.body;
    };
    EXPECT_EQ(answer("narrator"), answer("none")) << question;
  }
}

// Whoever has no key is told some faults, not a million.
TEST_F(QuestionApiTest, FaultsAndQuestionsAreLimited) {
  std::string questions = "{}";
  for (int i = 0; i < 9000; ++i) questions += ",{}";
  const Replied many =
      Post("", "/acl/v1/checks", "{\"questions\":[" + questions + "]}");
  EXPECT_EQ(many.status, 422);
  EXPECT_EQ(many.body["detail"].size(), 100u);
  for (int i = 0; i < 2000; ++i) questions += ",{}";
  const Replied more =
      Post("", "/acl/v1/checks", "{\"questions\":[" + questions + "]}");
  EXPECT_EQ(more.status, 422);
  EXPECT_EQ(more.body["detail"][0]["type"], "too_long");
  EXPECT_LT(more.response.body.size(), 1000u);
}

TEST_F(QuestionApiTest, WhatMayWaitIsKnownBeforeItIsAnswered) {
  const auto may_wait = [&](const std::string& target,
                            const std::string& body = "") {
    HttpRequest request;
    request.target = target;
    request.body = body;
    return service_.MayWait(request);
  };
  EXPECT_FALSE(may_wait("/acl/v1/role?subject=user:a&resource=voice:format"));
  EXPECT_FALSE(may_wait("/acl/v1/role?subject=email:a%40x.io"));
  EXPECT_TRUE(may_wait("/acl/v1/role?subject=user:a&at=5"));
  EXPECT_TRUE(may_wait("/acl/v1/role?%61t=5&subject=user:a"));
  EXPECT_TRUE(may_wait("/acl/v1/role?a%74=5"));
  EXPECT_TRUE(may_wait("/acl/v1/who?resource=voice:a"));
  EXPECT_FALSE(may_wait("/acl/v1/checks", "{}"));
  EXPECT_TRUE(may_wait("/acl/v1/checks", std::string(100'000, ' ')));
}

TEST_F(QuestionApiTest, OthersAreAskedAboutOnlyByThoseWhoMay) {
  const std::string about_bob = "subject=user:bob&resource=voice:narrator";
  EXPECT_EQ(Get("cy", "/acl/v1/role?" + about_bob).status, 403);
  EXPECT_EQ(Get("cy", "/acl/v1/who?resource=voice:narrator").status, 403);
  EXPECT_EQ(Get("cy", "/acl/v1/what?subject=user:bob").status, 403);
  EXPECT_EQ(
      Get("cy", "/acl/v1/role?subject=user:cy&resource=voice:none").status,
      200);
  Must({acl::Share{{"voice", "narrator"}, Target::User("cy"), "admin"}});
  EXPECT_EQ(Get("cy", "/acl/v1/role?" + about_bob).status, 200);
  EXPECT_EQ(Get("cy", "/acl/v1/who?resource=voice:narrator").status, 200);
  EXPECT_EQ(Get("cy", "/acl/v1/what?subject=user:bob").status, 403);
  EXPECT_EQ(Get("", "/acl/v1/what?subject=user:bob").status, 401);
  // Nor about the past, when they may no more.
  Must({acl::Unshare{{"voice", "narrator"}, Target::User("cy")}});
  EXPECT_EQ(Get("cy", "/acl/v1/who?resource=voice:narrator&at=1").status, 403);
  EXPECT_EQ(Get("cy", "/acl/v1/role?at=1&" + about_bob).status, 403);
}

TEST_F(QuestionApiTest, LeastRevisionIsWaitedForAndNeverAnsweredOlder) {
  const std::string target =
      "/acl/v1/role?subject=user:bob&resource=voice:narrator";
  RevisionToken token = *studio_.Token();
  EXPECT_EQ(Get("bob", target, {{"acl-min-revision", token.ToString()}}).status,
            200);
  ++token.revision;
  const Replied late =
      Get("bob", target, {{"acl-min-revision", token.ToString()}});
  EXPECT_EQ(late.status, 503);
  EXPECT_EQ(late.code(), "revision_timeout");
  EXPECT_EQ(late.Header("Retry-After"), "1");
  EXPECT_EQ(Get("bob", target, {{"acl-min-revision", "7"}}).status, 400);
  ++token.incarnation;
  EXPECT_EQ(Get("bob", target, {{"acl-min-revision", token.ToString()}}).code(),
            "revision_not_available");
}

TEST_F(QuestionApiTest, NotAllThreadsCanBeMadeToWait) {
  RevisionToken later = *studio_.Token();
  ++later.revision;
  const Headers wait = {{"acl-min-revision", later.ToString()}};
  std::atomic<int> overloaded{0}, late{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const Replied reply = Get(
          "bob", "/acl/v1/role?subject=user:bob&resource=voice:narrator", wait);
      EXPECT_EQ(reply.status, 503);
      ++(reply.code() == "overloaded" ? overloaded : late);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(overloaded, 1);
  EXPECT_GE(late, 2);
  EXPECT_EQ(overloaded + late, 8);
}

TEST_F(QuestionApiTest, EngineInMemoryHasNoPast) {
  EXPECT_EQ(Get("bob",
                "/acl/v1/role?subject=user:bob&resource=voice:narrator"
                "&at=1")
                .status,
            400);
}

TEST_F(QuestionApiTest, FaultsOfAQuestionNameIt) {
  EXPECT_EQ(Get("ann", "/acl/v1/role").body["detail"].size(), 2u);
  EXPECT_THAT(
      Get("ann", "/acl/v1/role?subject=bob&resource=voice:narrator").message(),
      HasSubstr("`bob`"));
  EXPECT_THAT(
      Get("ann", "/acl/v1/role?subject=user:bob&resource=vice:x").message(),
      HasSubstr("`vice`"));
}

TEST_F(QuestionApiTest, HealthReadinessAndDocumentNeedNoKey) {
  EXPECT_EQ(Answer("", "/healthz"), R"({"status":"ok"})");
  EXPECT_EQ(Answer("", "/readyz"), R"({"status":"ok"})");
  EXPECT_EQ(Ask("", "HEAD", "/healthz").status, 200);
  EXPECT_THAT(Answer("", "/openapi.yaml"), HasSubstr("openapi: 3"));
  // Every test here asks whether what is answered is documented.
  EXPECT_TRUE(IsDocumented("GET", "/readyz", 503));
  EXPECT_FALSE(IsDocumented("GET", "/healthz", 503));
  service_.set_stopping();
  EXPECT_EQ(Get("", "/readyz").status, 503);
  EXPECT_EQ(Get("", "/healthz").status, 200);
}

TEST_F(QuestionApiTest, MetricsCountWhatWasDone) {
  Get("bob",
      "/acl/v1/check?subject=user:bob&role=admin&resource=voice:narrator");
  Get("bob", "/acl/v1/role?subject=user:bob&resource=voice:narrator");
  Share("bob",
        R"({"role":"viewer","resource_type":"voice","user_email":"cy@x.io"})");
  Ask("", "NONSENSE", "/healthz");
  const std::string text = Answer("", "/metrics");
  for (const char* line :
       {"acl_decisions_total{outcome=\"denied\"} 1\n",
        "acl_decisions_total{outcome=\"allowed\"} 1\n",
        "acl_changes_total{fault=\"not_admin\",outcome=\"refused\"} 1\n",
        "acl_http_requests_total{method=\"GET\",route=\"/acl/v1/check\","
        "status=\"200\"} 1\n",
        "acl_http_requests_total{method=\"other\",route=\"/healthz\","
        "status=\"405\"} 1\n",
        "acl_writable 1\n", "acl_workspaces 1\n",
        "acl_memory_bytes{part=\"grants\"} "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text,
              HasSubstr(absl::StrCat("acl_revision{workspace=\"studio\"} ",
                                     studio_.Token()->revision, "\n")));
}

TEST_F(QuestionApiTest, RevisionThatComesWhileItIsAwaitedIsAnswered) {
  Service service(&engine_, &metrics_, Patient());
  RevisionToken later = *studio_.Token();
  ++later.revision;
  HttpRequest request{
      "GET",
      "/acl/v1/role?subject=user:cy&resource=voice:narrator",
      {{"xi-api-key", secrets_["cy"]}, {"acl-min-revision", later.ToString()}},
      "",
      ""};
  HttpResponse response;
  std::thread asker([&] { response = service.Handle(request); });
  absl::SleepFor(absl::Milliseconds(30));
  Must({acl::Share{{"voice", "narrator"}, Target::User("cy"), "editor"}});
  asker.join();
  EXPECT_EQ(response.status, 200);
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["role"], "editor");
  EXPECT_EQ(body["revision"], later.revision);
}

// The caller is looked at again at the revision of the answer.
TEST_F(QuestionApiTest, CallerWhoIsShutOutWhileWaitingIsNotAnswered) {
  Service service(&engine_, &metrics_, Patient());
  RevisionToken later = *studio_.Token();
  ++later.revision;
  const auto ask = [&](const char* who) {
    return service.Handle(
        {"GET",
         "/acl/v1/role?subject=user:bob&resource=voice:narrator",
         {{"xi-api-key", secrets_[who]},
          {"acl-min-revision", later.ToString()}},
         "",
         ""});
  };
  HttpResponse locked, demoted;
  std::thread bob([&] { locked = ask("bob"); });
  std::thread cy([&] { demoted = ask("cy"); });
  absl::SleepFor(absl::Milliseconds(30));
  UpdateUser lock{"bob"};
  lock.locked = true;
  Must({lock});
  bob.join();
  cy.join();
  EXPECT_EQ(locked.status, 401);
  EXPECT_EQ(demoted.status, 403);
}

// `cy` is in so many groups, each of which is in the next two, that an
// explanation uses up its budget of rows: some tenths of a second.
class SlowQuestions : public Served {
 protected:
  static ServiceOptions Options() {
    ServiceOptions options = Impatient();
    options.max_answer = absl::Milliseconds(50);
    options.max_explanations = 1;
    return options;
  }
  SlowQuestions() : Served(InMemory, Options()) {}
  void SetUp() override {
    Served::SetUp();
    std::vector<Change> changes;
    for (int i = 0; i < 40'000; ++i) {
      const std::string id = absl::StrCat("g", i);
      changes.push_back(AddGroup{id});
      for (int below = std::max(i - 2, 0); below < i; ++below) {
        changes.push_back(
            AddMember{id, Member::Group(absl::StrCat("g", below))});
      }
    }
    changes.push_back(AddMember{"g0", Member::User("cy")});
    Must(changes);
  }
  const std::string slow_ =
      "/acl/v1/explain?subject=user:cy&resource=voice:narrator&role=admin";
  const std::string quick_ =
      "/acl/v1/explain?subject=user:bob&resource=voice:narrator&role=admin";
};

TEST_F(SlowQuestions, ExplanationEndsWithTheTimeOfItsRequest) {
  const absl::Time begin = absl::Now();
  const Replied reply = Get("ann", slow_);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.code(), "deadline_exceeded");
  EXPECT_EQ(reply.Header("acl-fault"), "DEADLINE_EXCEEDED");
  EXPECT_THAT(reply.message(), HasSubstr("ask for less"));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  EXPECT_EQ(Get("ann", quick_).status, 200);
}

TEST_F(SlowQuestions, OthersAreAnsweredMeanwhileAndAllEndWhenTheServerDoes) {
  Service service(&engine_, &metrics_, [] {
    ServiceOptions options = Options();
    options.max_answer = absl::Minutes(10);
    return options;
  }());
  const auto ask = [&](const std::string& target) {
    return service.Handle(
        {"GET", target, {{"xi-api-key", secrets_["ann"]}}, "", ""});
  };
  HttpResponse slow;
  std::thread asker([&] {
    do {
      slow = ask(slow_);
    } while (slow.status == 200 || absl::StrContains(slow.body, "overloaded"));
  });
  HttpResponse other;
  do {
    absl::SleepFor(absl::Milliseconds(5));
    other = ask(quick_);
  } while (other.status == 200);
  EXPECT_EQ(other.status, 503);
  EXPECT_THAT(other.body, HasSubstr("overloaded"));
  EXPECT_EQ(ask("/acl/v1/role?subject=user:bob&resource=voice:narrator").status,
            200);
  const absl::Time begin = absl::Now();
  service.Abort();
  asker.join();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  EXPECT_EQ(slow.status, 503);
  EXPECT_THAT(slow.body, HasSubstr("stopping"));
}

}  // namespace
}  // namespace acl::server
