// Ids, addresses, references, ladders and revisions: what is well-formed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "acl/base/fault.h"
#include "acl/base/ladder.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/base/text.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

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
  // The number of a role that went means none, and is not given out again.
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
