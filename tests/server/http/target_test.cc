// Request targets: how they are split, and which are refused.
#include "acl/server/http/target.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> Segments(absl::string_view target) {
  return ParseTarget(target).value().segments;
}

std::vector<std::pair<std::string, std::string>> Parameters(
    absl::string_view target) {
  return ParseTarget(target).value().parameters;
}

testing::AssertionResult IsMalformed(absl::string_view target,
                                     absl::string_view words) {
  return IsRefusal(ParseTarget(target), absl::StatusCode::kInvalidArgument,
                   v1::MALFORMED, words);
}

TEST(Target, APathIsSplitAtSlashes) {
  EXPECT_THAT(Segments("/"), IsEmpty());
  EXPECT_THAT(Segments("/a"), ElementsAre("a"));
  EXPECT_THAT(Segments("/a/b"), ElementsAre("a", "b"));
  EXPECT_THAT(Segments("/a/"), ElementsAre("a", ""));
  EXPECT_THAT(Segments("//"), ElementsAre("", ""));
  EXPECT_THAT(Segments("/a//b"), ElementsAre("a", "", "b"));
  EXPECT_THAT(Segments("/user:bob@x/a;b=c,(d)*!$&'"),
              ElementsAre("user:bob@x", "a;b=c,(d)*!$&'"));
}

TEST(Target, WhatIsEscapedSeparatesNothing) {
  EXPECT_THAT(Segments("/a%2Fb/c%3fd%26"), ElementsAre("a/b", "c?d&"));
  EXPECT_THAT(Segments("/%2e%2E/%2E"), ElementsAre("..", "."));
  EXPECT_THAT(Segments("/%25%32%46"), ElementsAre("%2F"));
  EXPECT_THAT(Parameters("/?a%26b=c%3Dd%26e&f"),
              ElementsAre(Pair("a&b", "c=d&e"), Pair("f", "")));
}

TEST(Target, AQueryIsPairsInTheirOrder) {
  EXPECT_THAT(Parameters("/a"), IsEmpty());
  EXPECT_THAT(Parameters("/a?"), IsEmpty());
  EXPECT_THAT(Parameters("/a?&&"), IsEmpty());
  EXPECT_THAT(
      Parameters("/a?b=1&a=2&b=3&c&=4&d=&e==5"),
      ElementsAre(Pair("b", "1"), Pair("a", "2"), Pair("b", "3"), Pair("c", ""),
                  Pair("", "4"), Pair("d", ""), Pair("e", "=5")));
  EXPECT_THAT(Parameters("/?a=/b/../?c"), ElementsAre(Pair("a", "/b/../?c")));
  EXPECT_THAT(Parameters("/?a=1;b=2"), ElementsAre(Pair("a", "1;b=2")));
}

TEST(Target, APlusIsASpaceOnlyInTheQuery) {
  EXPECT_THAT(Segments("/a+b?c"), ElementsAre("a+b"));
  EXPECT_THAT(Parameters("/?a+b=c+d%2Be"), ElementsAre(Pair("a b", "c d+e")));
}

TEST(Target, TheFormThatProxiesAreSentIsAPath) {
  EXPECT_THAT(Segments("http://host:80/a/b?c"), ElementsAre("a", "b"));
  EXPECT_THAT(Segments("HTTPS://[::1]/a"), ElementsAre("a"));
  EXPECT_THAT(Segments("http://host"), IsEmpty());
  EXPECT_THAT(Segments("http://host/"), IsEmpty());
  EXPECT_TRUE(IsMalformed("http://host?a", "does not begin with a slash"));
}

TEST(Target, OtherFormsAreRefused) {
  for (const absl::string_view target :
       {"", "*", "a/b", "host:443", "?a", "http:/a", "ftp://host/a"}) {
    EXPECT_TRUE(IsMalformed(target, "does not begin with a slash")) << target;
  }
}

TEST(Target, BadEscapesAreRefused) {
  for (const absl::string_view target :
       {"/%", "/%2", "/%g0", "/%0g", "/%%20", "/a%2/b", "/%2/0", "/?a=%",
        "/?%2=0", "/?a%2&0", "/%-1", "/%+1", "/%0x41"}) {
    EXPECT_TRUE(IsMalformed(target, "without two hexadecimal digits"))
        << target;
  }
}

TEST(Target, NulIsRefused) {
  EXPECT_TRUE(IsMalformed("/a%00b", "has a NUL"));
  EXPECT_TRUE(IsMalformed("/?a=%00", "has a NUL"));
  EXPECT_TRUE(IsMalformed(absl::string_view("/a\0b", 4), "belongs escaped"));
}

TEST(Target, InvalidUtf8IsRefused) {
  EXPECT_THAT(Segments("/%c3%A4%F0%9F%98%80"), ElementsAre("ä😀"));
  for (const absl::string_view target :
       {"/%ff", "/%c3", "/%c3/%a4", "/%c0%af", "/%e0%80%af", "/%ed%a0%80",
        "/%f4%90%80%80", "/?a=%ff", "/?%ff=a", "/?a=%c3&%a4"}) {
    EXPECT_TRUE(IsMalformed(target, "is not valid utf-8")) << target;
  }
}

TEST(Target, BytesThatAreNotVisibleAsciiAreRefused) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string target = absl::StrCat("/a", std::string(1, char(byte)));
    if (byte > 0x20 && byte < 0x7f && byte != '#' && byte != '%') {
      EXPECT_TRUE(ParseTarget(target).ok()) << byte;
    } else if (byte != '%') {
      EXPECT_TRUE(IsMalformed(target, "belongs escaped")) << byte;
      EXPECT_TRUE(IsMalformed("/?" + target, "belongs escaped")) << byte;
    }
  }
}

TEST(Target, SegmentsOfDotsAreRefused) {
  for (const absl::string_view target :
       {"/.", "/..", "/a/..", "/a/./b", "/../a", "http://host/../a"}) {
    EXPECT_TRUE(IsMalformed(target, "has a segment of dots")) << target;
  }
  EXPECT_THAT(Segments("/.a/..b/.../a."),
              ElementsAre(".a", "..b", "...", "a."));
}

TEST(Target, MessagesShowWhatCameWithoutControlCharacters) {
  EXPECT_TRUE(IsMalformed("/a\n\x1b[31m", "the target `/a\\u{a}\\u{1b}[31m` "));
}

TEST(Target, WhatIsEscapedComesBack) {
  for (int a = 1; a < 0x80; ++a) {
    for (int b = 1; b < 0x80; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const std::string escaped = Escape(text);
      ASSERT_THAT(Segments(absl::StrCat("/", escaped)), ElementsAre(text));
      ASSERT_THAT(Parameters(absl::StrCat("/?", escaped, "=", escaped)),
                  ElementsAre(Pair(text, text)));
    }
  }
  EXPECT_EQ(Escape("ä."), "%C3%A4%2E");
}

}  // namespace
}  // namespace acl
