// A token bucket for each API key: its arithmetic, and its use on every route.
#include "acl/server/rate_limit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/server/route.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/server/served.h"

namespace acl::server {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kNone = absl::ZeroDuration();

class RateLimiterTest : public testing::Test {
 protected:
  RateLimiter::Clock clock() {
    return [this] { return now_; };
  }
  absl::Duration now_ = absl::Hours(1);
};

TEST_F(RateLimiterTest, BurstGoesThroughAndThenOneAnInterval) {
  for (const double rate : {0.5, 1.0, 3.0, 7.0, 1000.0}) {
    for (const int64_t burst : {1, 2, 3, 10}) {
      SCOPED_TRACE(absl::StrCat(rate, " a second, burst of ", burst));
      RateLimiter limiter({rate, burst}, clock());
      const absl::Duration interval = absl::Seconds(1 / rate);
      for (int64_t i = 0; i < burst; ++i) {
        ASSERT_EQ(limiter.Take("w", "k"), kNone) << i;
      }
      for (int round = 0; round < 5; ++round) {
        // A refusal takes no token, so it does not delay the next request.
        EXPECT_EQ(limiter.Take("w", "k"), interval);
        EXPECT_EQ(limiter.Take("w", "k"), interval);
        now_ += interval / 2;
        EXPECT_GT(limiter.Take("w", "k"), kNone);
        EXPECT_LE(limiter.Take("w", "k"), interval);
        now_ += interval - interval / 2;
        EXPECT_EQ(limiter.Take("w", "k"), kNone);
      }
      // After a pause there are no more tokens than the burst.
      now_ += absl::Hours(24);
      for (int64_t i = 0; i < burst; ++i) {
        ASSERT_EQ(limiter.Take("w", "k"), kNone) << i;
      }
      EXPECT_EQ(limiter.Take("w", "k"), interval);
    }
  }
}

TEST_F(RateLimiterTest, BurstIsThatOfOneSecondUnlessItIsSet) {
  for (const auto& [rate, burst] :
       {std::pair(0.01, 1), {0.9, 1}, {1.0, 1}, {2.5, 3}, {40.0, 40}}) {
    RateLimiter limiter({rate}, clock());
    for (int i = 0; i < burst; ++i) EXPECT_EQ(limiter.Take("w", "k"), kNone);
    EXPECT_GT(limiter.Take("w", "k"), kNone) << rate;
  }
}

TEST_F(RateLimiterTest, EachKeyOfEachWorkspaceHasItsOwnBucket) {
  RateLimiter limiter({1, 1}, clock());
  for (const char* workspace : {"w", "wk", ""}) {
    for (const char* key : {"k", "", "kk"}) {
      EXPECT_EQ(limiter.Take(workspace, key), kNone) << workspace << key;
    }
  }
  EXPECT_EQ(limiter.size(), 9u);
  EXPECT_GT(limiter.Take("w", "kk"), kNone);
}

TEST_F(RateLimiterTest, WithoutARateNothingIsRefusedAndNothingKept) {
  RateLimiter limiter({}, clock());
  for (int i = 0; i < 10000; ++i) {
    ASSERT_EQ(limiter.Take("w", absl::StrCat(i % 7)), kNone);
  }
  EXPECT_EQ(limiter.size(), 0u);
}

// A million keys that are used once and never again.
TEST_F(RateLimiterTest, FullBucketsAreForgotten) {
  RateLimiter limiter({100, 100}, clock());  // one token returns in 10 ms
  size_t most = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    ASSERT_EQ(limiter.Take("w", absl::StrCat(i)), kNone);
    most = std::max(most, limiter.size());
    now_ += absl::Microseconds(100);  // so about a hundred are not full
  }
  EXPECT_LE(most, 1024u);
}

TEST_F(RateLimiterTest, BucketsThatAreNotFullAreKept) {
  RateLimiter limiter({1, 2}, clock());
  for (int i = 0; i < 5000; ++i) limiter.Take("w", absl::StrCat(i));
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(limiter.Take("w", absl::StrCat(i)), kNone);
    EXPECT_EQ(limiter.Take("w", absl::StrCat(i)), absl::Seconds(1));
  }
  EXPECT_EQ(limiter.size(), 5000u);
}

TEST_F(RateLimiterTest, ItsOwnClockMovesOn) {
  RateLimiter limiter({1000, 1});
  EXPECT_EQ(limiter.Take("w", "k"), kNone);
  const absl::Time begin = absl::Now();
  while (limiter.Take("w", "k") > kNone) {
    ASSERT_LT(absl::Now() - begin, absl::Seconds(60));
  }
}

TEST(CheckRateLimitTest, LimitsThatMakeNoSenseAreRefused) {
  for (const RateLimit& good :
       {RateLimit{}, RateLimit{0.01}, RateLimit{0.01, 36}, RateLimit{1, 3600},
        RateLimit{1'000'000, 1'000'000}, RateLimit{300, 1}}) {
    EXPECT_TRUE(CheckRateLimit(good).ok())
        << good.per_second << " " << good.burst;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::pair<RateLimit, const char*> kBad[] = {
      {{-1}, "`--rate` is a number of requests a second from 0.01 to 1000000"},
      {{0.001}, "or 0 for no limit, not 0.001"},
      {{1'000'001}, "`--rate` is a number"},
      {{std::nan("")}, "`--rate` is a number"},
      {{kInfinity}, "`--rate` is a number"},
      {{-kInfinity}, "`--rate` is a number"},
      {{0, 5}, "`--rate-burst` means nothing without `--rate`"},
      {{1, -1}, "`--rate-burst` is a number of requests from 1 to 1000000"},
      {{1'000'000, 1'000'001}, "`--rate-burst` is a number"},
      {{1, 3601}, "more than an hour"},
      {{0.01, 37}, "lower the one or raise the other"}};
  for (const auto& [limit, words] : kBad) {
    EXPECT_TRUE(IsRefusal(CheckRateLimit(limit),
                          absl::StatusCode::kInvalidArgument, v1::MALFORMED,
                          words));
  }
}

// A base class, so that it is constructed before the server that reads it.
struct HandClock {
  absl::Duration now_ = absl::Hours(1);
};

class RatedTest : protected HandClock, public Served {
 protected:
  explicit RatedTest(RateLimit rate = {1, 3})
      : Served(InMemory, Rated(rate, &now_)) {}

  static ServiceOptions Rated(RateLimit rate, const absl::Duration* now) {
    ServiceOptions options = Impatient();
    options.rate = rate;
    options.rate_clock = [now] { return *now; };
    return options;
  }

  static std::string TargetOf(const Route& route) {
    return absl::StrReplaceAll(route.path, {{"{}", "x"}});
  }
  Replied AskAt(const std::string& who, const Route& route) {
    return Ask(who, route.method, TargetOf(route),
               route.has_body() ? "{}" : "");
  }
  void UseUp(const std::string& who) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(Get(who, "/v1/workspace/members").status, 200);
    }
  }
};

TEST_F(RatedTest, EveryRouteWithAKeyIsRefusedToAKeyThatAsksTooOften) {
  UseUp("ann");
  for (const Route& route : Service::Routes()) {
    SCOPED_TRACE(absl::StrCat(route.method, " ", route.path));
    const Replied reply = AskAt("ann", route);
    if (route.door == Door::kOperations) {
      EXPECT_EQ(reply.status, 200);
      EXPECT_EQ(reply.Header("Retry-After"), "");
      continue;
    }
    ASSERT_EQ(reply.status, 429);
    EXPECT_EQ(reply.body["detail"]["type"], "rate_limit_error");
    EXPECT_EQ(reply.code(), "rate_limit_exceeded");
    EXPECT_EQ(reply.message(),
              "this api key asks too often; wait 1 second, as `Retry-After` "
              "says");
    EXPECT_EQ(reply.Header("Retry-After"), "1");
    EXPECT_EQ(Json::parse(log_.back())["code"], "rate_limit_exceeded");
    EXPECT_EQ(Json::parse(log_.back())["key"], "ann-key");
    // Nobody else is refused.
    for (const char* who : {"", "operator", "sk_wrong", "off"}) {
      for (int i = 0; i < 4; ++i) {
        EXPECT_NE(AskAt(who, route).status, 429) << who;
      }
    }
  }
  now_ += absl::Seconds(1);
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 200);
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 429);
}

TEST_F(RatedTest, NothingIsChangedByARefusedRequest) {
  UseUp("ann");
  const std::string before = engine_.Export().SerializeAsString();
  EXPECT_EQ(
      Share("ann",
            R"({"role":"viewer","resource_type":"voice","group_id":"ops"})")
          .status,
      429);
  // A request is refused before its body is read.
  EXPECT_EQ(Share("ann", "{").status, 429);
  EXPECT_EQ(engine_.Export().SerializeAsString(), before);
  EXPECT_EQ(Share("bob", "{").status, 422);
}

TEST_F(RatedTest, EachKeyHasItsOwnMeasure) {
  secrets_["second"] = KeyOf(PrincipalId::User("ann"), "second");
  UseUp("ann");
  UseUp("second");
  UseUp("bot");
  for (const char* who : {"ann", "second", "bot"}) {
    EXPECT_EQ(Get(who, "/v1/workspace/members").status, 429) << who;
  }
  // With a new secret it is still the same key.
  const Replied made = Post("operator", "/acl/v1/keys/ann-key/secret", "",
                            {{"acl-workspace", "studio"}});
  ASSERT_EQ(made.status, 200);
  EXPECT_EQ(Get(made.body["xi-api-key"], "/v1/workspace/members").status, 429);
}

TEST_F(RatedTest, RequestsThatAreRefusedByTheirFormDoNotCount) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Get("ann", "/v1/workspace/members?x=y").status, 400);
  }
  UseUp("ann");
  EXPECT_EQ(Get("ann", "/v1/workspace/members?x=y").status, 400);
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 429);
}

TEST_F(RatedTest, RefusalsAreCounted) {
  UseUp("ann");
  for (int i = 0; i < 5; ++i) Get("ann", "/v1/workspace/members");
  EXPECT_THAT(Get("", "/metrics").response.body,
              HasSubstr(R"(acl_http_requests_total{method="GET",)"
                        R"(route="/v1/workspace/members",status="429"} 5)"));
}

class SlowlyRatedTest : public RatedTest {
 protected:
  SlowlyRatedTest() : RatedTest({0.1, 3}) {}
};

TEST_F(SlowlyRatedTest, RetryAfterIsRoundedUpToWholeSeconds) {
  UseUp("ann");
  const std::pair<absl::Duration, const char*> kSteps[] = {
      {kNone, "10"},
      {absl::Milliseconds(1), "10"},
      {absl::Milliseconds(8998), "2"},
      {absl::Milliseconds(1), "1"},
      {absl::Milliseconds(999), "1"}};
  for (const auto& [step, seconds] : kSteps) {
    now_ += step;
    const Replied reply = Get("ann", "/v1/workspace/members");
    EXPECT_EQ(reply.Header("Retry-After"), seconds);
    EXPECT_THAT(reply.message(), HasSubstr(absl::StrCat("wait ", seconds)));
  }
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Get("ann", "/v1/workspace/members").status, 200);
}

class UnratedTest : public RatedTest {
 protected:
  UnratedTest() : RatedTest({}) {}
};

TEST_F(UnratedTest, ThereIsNoLimitUnlessOneIsSet) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Get("ann", "/v1/workspace/members").status, 200);
  }
}

}  // namespace
}  // namespace acl::server
