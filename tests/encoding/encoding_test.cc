// The four encodings: what is written can be read back, and every refusal names
// the place of the fault.

#include "acl/encoding/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/encoding/strict_json.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/acl/v1/change.pb.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

constexpr Encoding kAll[] = {Encoding::kYaml, Encoding::kJson,
                             Encoding::kTextProto, Encoding::kBinary};

TEST(Encoding, IsToldByTheEnding) {
  EXPECT_EQ(*EncodingOf("a.yaml"), Encoding::kYaml);
  EXPECT_EQ(*EncodingOf("a.b/c.yml"), Encoding::kYaml);
  EXPECT_EQ(*EncodingOf("x.json"), Encoding::kJson);
  EXPECT_EQ(*EncodingOf("x.txtpb"), Encoding::kTextProto);
  EXPECT_EQ(*EncodingOf("x.json.binpb"), Encoding::kBinary);
  for (const char* path : {"", "yaml", "x", "x.txt", "x.YAML", "x.yaml/y"}) {
    const absl::Status status = EncodingOf(path).status();
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED) << path;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("use .yaml, .json, .txtpb or .binpb"));
  }
  EXPECT_EQ(*EncodingByName("txtpb"), Encoding::kTextProto);
  EXPECT_EQ(FaultOf(EncodingByName("xml").status()), v1::MALFORMED);
}

TEST(Encoding, OddTextSurvivesEveryRoundTrip) {
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  for (const char* id : {"007",   "no",         "~",        "null",
                         "1e3",   "",           "a: b",     "a #b",
                         "\"q\"", "'q'",        " lead",    "- x",
                         "{x}",   "[x]",        "\xc3\xbc", "\xf0\x9f\x8e\xa7",
                         "a\\b",  "user:ann",   "@x",       "`x`",
                         "%x",    "&a",         "*a",       "!t",
                         "|",     ">",          "a:",       "=",
                         "<<",    "2026-11-24", "0x1f",     "\xe2\x80\xa8",
                         "\t",    "a\nb",       "\x7f",     "\xc2\x85",
                         "true",  ".inf",       "// x",     "\\u0041"}) {
    workspace->add_users()->set_id(id);
    workspace->add_roles(id);
  }
  for (const Encoding encoding : kAll) {
    v1::World again;
    Places places("w");
    const std::string text = WriteMessage(encoding, world);
    const absl::Status status = ReadMessage(encoding, text, &again, &places);
    ASSERT_TRUE(status.ok()) << status << text;
    EXPECT_EQ(again.DebugString(), world.DebugString());
    EXPECT_EQ(WriteMessage(encoding, again), text);
  }
}

TEST(Encoding, NumbersAreKeptToTheLastBit) {
  v1::World world;
  for (const uint64_t revision : {uint64_t{0}, uint64_t{1} << 53,
                                  (uint64_t{1} << 53) + 1, ~uint64_t{0}}) {
    v1::Workspace* workspace = world.add_workspaces();
    workspace->set_revision(revision);
    workspace->set_max_principals_per_resource(0);
  }
  for (const Encoding encoding : kAll) {
    v1::World again;
    Places places("w");
    ASSERT_TRUE(
        ReadMessage(encoding, WriteMessage(encoding, world), &again, &places)
            .ok());
    EXPECT_EQ(again.DebugString(), world.DebugString());
  }
  EXPECT_THAT(WriteMessage(Encoding::kJson, world),
              HasSubstr("\"revision\": \"18446744073709551615\""));
}

TEST(Encoding, EmptyInputIsRefusedInEach) {
  for (const Encoding encoding : kAll) {
    v1::World world;
    Places places("w");
    const absl::Status status = ReadMessage(encoding, "", &world, &places);
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED);
    EXPECT_EQ(std::string(status.message()), "w: is empty");
  }
}

// Every prefix of a file is either refused or is itself a complete message, and
// none causes a crash.
TEST(Encoding, CutFilesAreRefusedOrAreSmallerMessages) {
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  workspace->set_id("studio");
  workspace->add_users()->set_id("\xc3\xbc \"b\"");
  workspace->add_groups()->add_members("user:b");
  for (const Encoding encoding : kAll) {
    const std::string text = WriteMessage(encoding, world);
    for (size_t size = 0; size < text.size(); ++size) {
      v1::World cut;
      Places places("w");
      const absl::Status status =
          ReadMessage(encoding, text.substr(0, size), &cut, &places);
      EXPECT_TRUE(status.ok() || FaultOf(status) == v1::FILE_MALFORMED);
      if (encoding == Encoding::kJson && size + 1 < text.size()) {
        EXPECT_FALSE(status.ok()) << size;  // all but the last newline
      }
    }
  }
}

struct Refusal {
  std::string text;
  std::string words;
};

void ExpectRefusals(Encoding encoding, const std::vector<Refusal>& table) {
  for (const auto& [text, words] : table) {
    v1::World world;
    Places places("w");
    const absl::Status status = ReadMessage(encoding, text, &world, &places);
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words)) << text;
  }
}

TEST(Yaml, EveryRefusalNamesItsLine) {
  ExpectRefusals(
      Encoding::kYaml,
      {{"# nothing\n", "w: is empty"},
       {"a: [", "w:1"},
       {"- a\n", "w:1: the document is a list; write a map"},
       {"word\n", "w:1: the document is a single value"},
       {"workspaces:\n  - id: a\n    colour: red\n",
        "w:3: workspaces[0] has the unknown key `colour`; it may have id,"},
       {"workspaces:\n  - id: a\n    id: b\n",
        "w:3: workspaces[0] has the key `id` twice"},
       {"workspaces:\n  - id: [a]\n",
        "w:2: workspaces[0].id is a list; write a single value"},
       {"workspaces: 7\n", "w:1: workspaces is a single value; write a list"},
       {"workspaces:\n  - id: ~\n", "w:2: workspaces[0].id has no value"},
       {"workspaces:\n  - &a {id: x}\n  - *a\n",
        "w:3: workspaces[1] is an alias; write the value out"},
       {"workspaces:\n  - id: !!binary x\n", "w:2: workspaces[0].id has the"},
       {"workspaces:\n  - revision: -1\n",
        "w:2: workspaces[0].revision is `-1`; write a whole number"},
       {"workspaces:\n  - max_principals_per_resource: 4294967296\n",
        "from 0 to 2^32 - 1"},
       {"workspaces:\n  - users:\n      - locked: yes\n",
        "w:3: workspaces[0].users[0].locked is `yes`; write true or false"},
       {"workspaces: []\n---\nworkspaces: []\n", "has a second document"},
       {"[a]: b\n", "w:1: the document has a list for a key"}});
}

// Wherever the fault is: in a value, next to one, in a comment, at the end.
TEST(Json, EveryRefusalNamesItsPath) {
  ExpectRefusals(
      Encoding::kJson,
      {{"[]", "w: the document is a list; write a map"},
       {"7", "w: the document is a single value"},
       {"{", "w: not json: parse error at line 1, column 2"},
       {"{} x", "w: not json: parse error at line 1, column 4"},
       {"{\"workspaces\":\n[{\"id\":\"\xff\"}]}", "line 2"},
       {"{/* no */}", "w: not json"},
       {"{\"workspaces\": [{\"id\": \"a\", \"id\": \"b\"}]}",
        "w: workspaces[0] has the key `id` twice"},
       {"{\"workspaces\": [{\"id\": \"a\"}, {\"ID\": \"b\"}]}",
        "w: workspaces[1] has the unknown key `ID`; it may have id,"},
       {"{\"workspaces\": [{\"id\": null}]}",
        "w: workspaces[0].id is null; leave the key out"},
       {"{\"workspaces\": [{\"id\": 7}]}",
        "w: workspaces[0].id is a number; write text in quotes"},
       {"{\"workspaces\": [{\"revision\": 1.5}]}",
        "w: workspaces[0].revision is `1.5`; write a whole number"},
       {"{\"workspaces\": [{\"revision\": -1}]}", "is `-1`; write a whole"},
       {"{\"workspaces\": [{\"revision\": true}]}",
        "is true or false; write a number"},
       {"{\"workspaces\": [{\"users\": [{\"locked\": \"true\"}]}]}",
        "w: workspaces[0].users[0].locked is text; write true or false"},
       {"{\"workspaces\": {}}", "w: workspaces is a map; write a list"}});
}

// At such bytes, parsers silently stop or misread the rest.
TEST(Encoding, NothingIsIgnoredAfterANul) {
  const std::string nul(1, '\0');
  ExpectRefusals(
      Encoding::kJson,
      {{"{\"workspaces\":\n [{\"id\":\"a\"}]}" + nul + "{}",
        "w: not json: a NUL at line 2, column 15; write plain UTF-8"},
       {"{}" + nul, "w: not json: a NUL at line 1, column 3"},
       {nul + "{}", "w: not json: a NUL at line 1, column 1"},
       {"{\"workspaces\": [" + nul, "w: not json: a NUL at line 1, column 17"},
       {"{\"workspaces\": [{\"id\": \"a" + nul + "b\"}]}", "a NUL at line 1"}});
  ExpectRefusals(
      Encoding::kYaml,
      {{"workspaces:\n  - id: a\n" + nul + "junk: 1\n",
        "w:3: not yaml: a NUL at line 3, column 1; write plain UTF-8"},
       {"workspaces:\n  - id: a" + nul + "nb\n", "w:2: not yaml: a NUL at"},
       {"workspaces: []\n# " + nul + "\n", "w:2: not yaml: a NUL at line 2"},
       {"workspaces: []\n\x04x", "the control character 0x04 at line 2"}});
  ExpectRefusals(
      Encoding::kTextProto,
      {{"workspaces {\n  id: \"a\"\n}\n" + nul + "junk",
        "w:4: not text proto: Invalid control characters"},
       {"# a comment" + nul + "\nworkspaces {}",
        "w:1: not text proto: Invalid"},
       {"workspaces { id: \"a" + nul + "\" }", "w:1: not text proto: "}});
  ExpectRefusals(Encoding::kBinary,
                 {{nul, "w: is no acl.v1.World"},
                  {v1::World().SerializeAsString() + "\x0a" + nul + nul,
                   "w: is no acl.v1.World"}});
}

// ASCII as UTF-16 or UTF-32, with a byte order mark.
std::string Widened(const std::string& ascii, size_t unit, bool little_endian) {
  std::string text(unit, '\0');
  text[little_endian ? 0 : unit - 1] = '\xff';
  text[little_endian ? 1 : unit - 2] = '\xfe';
  for (const char c : ascii) {
    std::string one(unit, '\0');
    one[little_endian ? 0 : unit - 1] = c;
    text += one;
  }
  return text;
}

// As some editors and shells write it.
TEST(Yaml, Utf16IsReadAndItsNulsRefused) {
  for (const bool little_endian : {true, false}) {
    v1::World world;
    Places places("w");
    const absl::Status status = ReadMessage(
        Encoding::kYaml, Widened("workspaces:\n  - id: a\n", 2, little_endian),
        &world, &places);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(world.workspaces(0).id(), "a");
    const std::string nul("workspaces: []\n\0junk: 1\n", 24);
    ExpectRefusals(Encoding::kYaml,
                   {{Widened(nul, 2, little_endian),
                     "w:2: not yaml: a NUL at line 2, column 1"},
                    {Widened("workspaces: []\n\x04x", 2, little_endian),
                     "0x04 at line 2, column 1"},
                    {Widened("workspaces:\n  - id: a\n", 4, little_endian),
                     "w:1: is UTF-32; write it as UTF-8"}});
  }
}

TEST(Yaml, ListOrMapWithATagIsPassedOverAsAWhole) {
  ExpectRefusals(
      Encoding::kYaml,
      {{"workspaces: !!set\n  - id: a\n    junk: [{x: y}]\n  - 7\n",
        "w:1: workspaces has the tag `tag:yaml.org,2002:set`; leave it out"},
       {"!x {workspaces: []}\n", "w:1: the document has the tag `!x`"}});
}

TEST(StrictJson, NothingIsIgnoredAndLittleIsQuoted) {
  for (const std::string& text :
       {std::string("{}\0x", 4), std::string("{}\0", 3), std::string("\0", 1),
        std::string("[\n\0]", 4)}) {
    const absl::Status status = ReadStrictJson(text, 8).status();
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED);
    EXPECT_THAT(std::string(status.message()), HasSubstr("a NUL at line"));
  }
  EXPECT_THAT(
      std::string(ReadStrictJson("{\"a\":1,\"a\":2}", 8).status().message()),
      HasSubstr("duplicate key `a`"));
  // A long input is quoted only in part.
  std::string umlauts;
  for (int i = 0; i < 50'000; ++i) umlauts += "\xc3\xa4";
  for (const std::string& text :
       {"\"" + std::string(100'000, 'x'), "[\"" + umlauts, "[ \"" + umlauts,
        "[" + std::string(100'000, '7') + "x]"}) {
    const absl::Status status = ReadStrictJson(text, 8).status();
    EXPECT_FALSE(status.ok());
    EXPECT_LT(status.message().size(), 400u) << text.substr(0, 8);
    EXPECT_THAT(std::string(status.message()), HasSubstr("..."));
    EXPECT_EQ(status.message().find("\\x"), std::string::npos);
  }
}

TEST(Json, HundredThousandBracketsAreRefusedWithoutFallingOver) {
  ExpectRefusals(Encoding::kJson,
                 {{"{\"workspaces\": " + std::string(100000, '['), "not json"},
                  {std::string(100000, '['), "the document is a list"}});
}

TEST(Yaml, DeepNestingIsRefusedAndLongValuesInBracketsAreNot) {
  const std::string much(size_t{9} << 20, '[');
  ExpectRefusals(Encoding::kYaml,
                 {{"workspaces:\n  - id: a\n    roles: " + much,
                   "w:3: not yaml: is nested more than 1,000 levels deep"},
                  {"{" + std::string(size_t{9} << 20, '{'),
                   "w:1: not yaml: is nested more than 1,000 levels deep"}});
  std::string text = "{\"workspaces\": [{\"id\": \"w\", \"users\": [";
  for (int i = 0; i < 500000; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", "{\"id\": \"user-", i, "\"}");
  }
  text += "]}]}";
  v1::World world;
  Places places("w");
  const absl::Status status =
      ReadMessage(Encoding::kYaml, text, &world, &places);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_GT(text.size(), size_t{8} << 20);
  EXPECT_EQ(world.workspaces(0).users_size(), 500000);
}

TEST(TextProto, EveryRefusalNamesItsLine) {
  ExpectRefusals(
      Encoding::kTextProto,
      {{"workspaces {\n  id: \"a\"\n  colour: 1\n}", "w:3: not text proto: "},
       {"workspaces {\n  id: \"a\"\n  id: \"b\"\n}",
        "w:3: not text proto: Non-repeated field"},
       {"workspaces {\n  id: 7\n}", "w:2: not text proto: Expected string"},
       {"workspaces {\n  revision: -1\n}", "w:2: not text proto"},
       {"workspaces {\n", "w:2: not text proto"}});
}

TEST(TextProto, PlacesAreThoseOfTheFile) {
  v1::World world;
  Places places("w");
  ASSERT_TRUE(ReadMessage(Encoding::kTextProto,
                          "workspaces {\n  id: \"a\"\n  users { id: \"u\" }\n"
                          "  users {\n    id: \"v\"\n    email: \"x\"\n  }\n"
                          "  roles: [\"a\",\n   \"b\"]\n}\n",
                          &world, &places)
                  .ok());
  EXPECT_EQ(places.Show("workspaces[0].users[1].email"),
            "w:6: workspaces[0].users[1].email");
  EXPECT_EQ(places.Show("workspaces[0].users[1].name"),
            "w:4: workspaces[0].users[1].name");
  EXPECT_EQ(places.LineOf("workspaces[0].roles[1]"), 8);
  EXPECT_EQ(places.Show("elsewhere"), "w: elsewhere");
}

// Adds a field that exists in no version.
void AddUnknown(google::protobuf::Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddVarint(77, 1);
}

TEST(Binary, FieldsThatAreNotKnownAreRefusedWithTheirPath) {
  v1::World world;
  v1::Workspace* const workspace = world.add_workspaces();
  workspace->add_users();
  v1::Resource* const resource = workspace->add_resources();
  resource->add_grants();
  v1::World outer = world, middle = world;
  AddUnknown(&outer);
  AddUnknown(middle.mutable_workspaces(0)->mutable_users(0));
  AddUnknown(resource->add_grants());
  AddUnknown(resource);
  const char kUnknown[] =
      " has the field 77, which this version does not know; use a newer one";
  ExpectRefusals(
      Encoding::kBinary,
      {{outer.SerializeAsString(), absl::StrCat("w: the message", kUnknown)},
       {middle.SerializeAsString(),
        absl::StrCat("w: workspaces[0].users[0]", kUnknown)},
       {world.SerializeAsString(),
        absl::StrCat("w: workspaces[0].resources[0]", kUnknown,
                     "\nw: workspaces[0].resources[0].grants[1]", kUnknown)},
       {"\x0a\x20xx", "w: is no acl.v1.World in binary form"}});
}

TEST(Binary, FieldThatIsNotKnownInOneOfSeveralIsRefusedWithItsPath) {
  v1::ChangeFile file;
  v1::Change* const change = file.add_changes();
  change->mutable_share()->set_role("editor");
  Places places("w");
  v1::ChangeFile read;
  EXPECT_TRUE(ReadBinary(file.SerializeAsString(), &read, &places).ok());
  AddUnknown(change->mutable_share());
  const absl::Status status =
      ReadBinary(file.SerializeAsString(), &read, &places);
  EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("w: changes[0].share has the field 77"));
}

}  // namespace
}  // namespace acl
