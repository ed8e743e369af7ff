// What makes ids, addresses, references, ladders and revisions well-formed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "acl/base/fault.h"
#include "acl/base/ladder.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/base/text.h"
#include "nlohmann/json.hpp"

namespace acl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Text, IdsAreValidUtf8WithoutControlCharacters) {
  for (const std::string& id :
       {std::string("a"), std::string("a:b/c?$$"), std::string("\xc3\xbc"),
        std::string("\xf0\x9f\x8e\xa7"), std::string(512, 'x'),
        std::string("default"), std::string(" "),
        std::string("\xe2\x80\xae")}) {
    EXPECT_TRUE(CheckId("user id", id).ok()) << Quoted(id);
  }
  const std::pair<std::string, std::string> kBad[] = {
      {"", "user id is empty"},
      {std::string(513, 'x'), "has 513 bytes; at most 512"},
      {std::string("a\0b", 3), "control character at byte 1"},
      {"a\nb", "control character at byte 1"},
      {"\x7f", "control character at byte 0"},
      {"\xc2\x85", "control character at byte 0"},
      {"a\xff", "not valid utf-8 at byte 1"},
      {"\xc0\xaf", "not valid utf-8 at byte 0"},          // overlong
      {"\xe0\x80\xaf", "not valid utf-8 at byte 0"},      // overlong
      {"\xed\xa0\x80", "not valid utf-8 at byte 0"},      // surrogate
      {"\xf4\x90\x80\x80", "not valid utf-8 at byte 0"},  // > U+10FFFF
      {"\xe2\x82", "not valid utf-8 at byte 0"},          // cut
  };
  for (const auto& [id, words] : kBad) {
    const absl::Status status = CheckId("user id", id);
    EXPECT_EQ(FaultOf(status), v1::MALFORMED) << words;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(Text, Utf8IsValidOnlyInItsShortestFormAndWithoutSurrogates) {
  for (const absl::string_view text : {"", "a", "\x7f", "ä", "€", "😀"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  EXPECT_TRUE(IsUtf8(absl::string_view("\0", 1)));
  for (const absl::string_view text :
       {"\x80", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xff"}) {
    EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(Text, DefaultIsReservedForNewIds) {
  EXPECT_THAT(std::string(CheckNewId("group id", "default").message()),
              HasSubstr("group id `default` is reserved"));
}

TEST(Text, EmailsHaveOneCanonicalForm) {
  EXPECT_EQ(*CanonicalEmail(" Ann@Studio.Example\t"), "ann@studio.example");
  EXPECT_EQ(*CanonicalEmail("\xc3\x9c@x"), "\xc3\x9c@x");  // only ASCII folds
  for (const char* email :
       {"", " ", "ann", "@x", "ann@", "a@b@c", "a b@x", "a@x\n.y", "\xff@x"}) {
    EXPECT_EQ(FaultOf(CanonicalEmail(email).status()), v1::MALFORMED) << email;
  }
  EXPECT_TRUE(CanonicalEmail(std::string(252, 'a') + "@b").ok());
  EXPECT_FALSE(CanonicalEmail(std::string(253, 'a') + "@b").ok());
}

std::string Utf8(uint32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  std::string out;
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    tail(6);
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
  return out;
}

// The first and last character of each invisible kind, and their visible
// neighbours.
constexpr uint32_t kUnseen[] = {
    0xa0,    0xad,    0x600,   0x605,   0x61c,   0x6dd,   0x70f,   0x890,
    0x891,   0x8e2,   0x1680,  0x180e,  0x2000,  0x200a,  0x200b,  0x200d,
    0x200e,  0x200f,  0x2028,  0x2029,  0x202a,  0x202e,  0x202f,  0x205f,
    0x2060,  0x2064,  0x2066,  0x2069,  0x206f,  0x3000,  0xfeff,  0xfff9,
    0xfffb,  0x110bd, 0x110cd, 0x13430, 0x1343f, 0x1bca0, 0x1bca3, 0x1d173,
    0x1d17a, 0xe0001, 0xe0020, 0xe007f};
constexpr uint32_t kSeen[] = {
    0x21,    0x7e,    0xa1,    0xac,    0xae,    0xfc,    0x606,   0x61b,
    0x61d,   0x6dc,   0x70e,   0x892,   0x8e1,   0x167f,  0x1681,  0x180d,
    0x180f,  0x1fff,  0x2010,  0x2027,  0x2030,  0x205e,  0x2070,  0x2fff,
    0x3001,  0xfefe,  0xff01,  0xfff8,  0xfffc,  0x110bc, 0x110be, 0x1342f,
    0x13440, 0x1bc9f, 0x1bca4, 0x1d172, 0x1d17b, 0x1f3a7, 0xe0000, 0xe0080};

TEST(Text, AddressesHaveNoWhiteSpaceAndNoFormatCharacters) {
  for (const uint32_t c : kUnseen) {
    const std::string odd = Utf8(c);
    for (const std::string& email :
         {odd + "ann@x.io", "an" + odd + "n@x.io", "ann" + odd + "@x.io",
          "ann@" + odd + "x.io", "ann@x" + odd + ".io", "ann@x.io" + odd}) {
      const absl::Status status = CanonicalEmail(email).status();
      EXPECT_EQ(FaultOf(status), v1::MALFORMED) << std::hex << c;
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr(absl::StrFormat(
                      "has the invisible character U+%04X at byte %d", c,
                      email.find(odd))));
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr(absl::StrFormat("\\u{%x}", c)));
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr(odd)));
    }
    EXPECT_TRUE(CheckId("user id", "a" + odd).ok()) << std::hex << c;
  }
  for (const uint32_t c : kSeen) {
    EXPECT_TRUE(CanonicalEmail("a" + Utf8(c) + "@x").ok()) << std::hex << c;
  }
}

TEST(Text, UnseenCharactersAreEscapedAndOthersAreNot) {
  for (const uint32_t c : kUnseen) {
    const std::string escaped = absl::StrFormat("a\\u{%x}b", c);
    const std::string text = "a" + Utf8(c) + "b";
    EXPECT_EQ(Printable(text), escaped);
    EXPECT_EQ(Quoted(text), "`" + escaped + "`");
    const std::string json = PrintableJson(nlohmann::json(text).dump());
    EXPECT_EQ(nlohmann::json::parse(json), text) << json;
    EXPECT_TRUE(std::all_of(json.begin(), json.end(), absl::ascii_isprint))
        << json;
  }
  for (const uint32_t c : kSeen) {
    const std::string text = "a" + Utf8(c) + "b";
    EXPECT_EQ(Printable(text), text) << std::hex << c;
    EXPECT_EQ(PrintableJson(text), text) << std::hex << c;
  }
  EXPECT_EQ(Printable("a b"), "a b");
  EXPECT_EQ(PrintableJson("\"\xf3\xa0\x80\x81\""), "\"\\udb40\\udc01\"");
}

TEST(Text, WhatDoesNotBelongOnATerminalIsEscaped) {
  EXPECT_EQ(Quoted("a`b\n\xe2\x80\xae\xff"), "`a\\u{60}b\\u{a}\\u{202e}\\xff`");
  EXPECT_EQ(Quoted(std::string(100, 'x')),
            "`" + std::string(80, 'x') + "\xe2\x80\xa6`");
}

TEST(Reference, ParsesWhatItPrintsAndRefusesTheRest) {
  for (const char* text : {"user:a:b", "email:a@x", "service_account:s",
                           "key:", "user:\xc3\xbc"}) {
    const auto subject = Subject::Parse(text);
    ASSERT_TRUE(subject.ok()) << text;
    EXPECT_EQ(subject->ToString(), text);
  }
  for (const char* text : {"", "a", "users:a", "User:a", "user", ":a"}) {
    EXPECT_EQ(FaultOf(Subject::Parse(text).status()), v1::MALFORMED) << text;
  }
  EXPECT_THAT(std::string(Subject::Parse("group:g").status().message()),
              HasSubstr("is a target, not a subject"));
  EXPECT_EQ(Target::Parse("default")->kind(), Kind::kDefault);
  EXPECT_EQ(Target::Parse("group:default")->kind(), Kind::kGroup);
  EXPECT_EQ(ResourceId::Parse("voice:a:b")->id, "a:b");
  EXPECT_FALSE(Member::Parse("key:k").ok());
  EXPECT_FALSE(PrincipalId::Parse("group:g").ok());
}

TEST(Ladder, RolesKeepTheirNumbersWhileItGrowsAroundThem) {
  const Ladder old = Ladder::Default();
  const auto now = old.Changed({"guest", "viewer", "editor", "admin", "owner"});
  ASSERT_TRUE(now.ok());
  for (const char* role : {"viewer", "editor", "admin"}) {
    EXPECT_EQ(now->NumberAt(now->RankOfName(role)),
              old.NumberAt(old.RankOfName(role)));
  }
  // The number of a removed role means none, and is not reused.
  const RoleNumber commenter = old.NumberAt(old.RankOfName("commenter"));
  EXPECT_EQ(now->RankOf(commenter), 0);
  const auto later = now->Changed({"viewer", "commenter"});
  EXPECT_NE(later->NumberAt(2), commenter);
}

TEST(Ladder, BadLaddersAreRefused) {
  EXPECT_EQ(FaultOf(Ladder::Make({}).status()), v1::MALFORMED);
  EXPECT_EQ(FaultOf(Ladder::Make({"a", "none"}).status()), v1::MALFORMED);
  EXPECT_EQ(FaultOf(Ladder::Make({"a", "b", "a"}).status()), v1::MALFORMED);
  std::vector<std::string> many;
  for (int i = 0; i < 16; ++i) many.push_back("r" + std::to_string(i));
  EXPECT_EQ(FaultOf(Ladder::Make(many).status()), v1::MALFORMED);
  const auto swapped =
      Ladder::Default().Changed({"commenter", "viewer", "editor", "admin"});
  EXPECT_EQ(FaultOf(swapped.status()), v1::ROLE_ORDER);
  EXPECT_THAT(std::string(swapped.status().message()),
              HasSubstr("`viewer` and `commenter` would change places"));
}

TEST(RevisionToken, OnlyWhatWasPrintedIsRead) {
  const RevisionToken token{0xc0ffee, 42};
  EXPECT_EQ(token.ToString(), "r1-0000000000c0ffee-42");
  EXPECT_TRUE(*RevisionToken::Parse(token.ToString()) == token);
  for (const char* text :
       {"", "42", "r1-c0ffee-42", "r2-0000000000c0ffee-42",
        "r1-0000000000c0ffee--42", "r1-0000000000C0FFEE-42",
        "r1-0000000000c0ffee-042", "r1-0000000000c0ffee-42 "}) {
    EXPECT_EQ(FaultOf(RevisionToken::Parse(text).status()), v1::MALFORMED)
        << text;
  }
}

}  // namespace
}  // namespace acl
