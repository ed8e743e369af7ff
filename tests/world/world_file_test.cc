// World files: without loss in four encodings and in parts, with one digest.

#include "acl/world/world_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/encoding/file.h"
#include "acl/engine.h"
#include "tests/world/random_world.h"

namespace acl {
namespace {

using ::testing::HasSubstr;

std::string Folder() {
  const std::string folder =
      std::string(std::getenv("TEST_TMPDIR")) + "/" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::create_directories(folder);
  return folder;
}

WorldProducer ExportOf(const Engine& engine) {
  return [&](const WorldSink& sink) { return engine.Export(sink); };
}

absl::Status ImportFile(const std::string& path, Engine* engine) {
  const auto reader = WorldReader::Open(path);
  if (!reader.ok()) return reader.status();
  return engine->Import(Actor::System(), (*reader)->Source());
}

// `./dev test --exhaustive` tries more.
uint64_t Worlds() {
  if (std::getenv("ACL_EXHAUSTIVE") != nullptr) return 200'000;
#ifdef __SANITIZE_ADDRESS__
  return 400;
#else
  return 8'000;
#endif
}

// Each instance takes a quarter of the seeds, so that GoogleTest can shard
// them.
class RoundTrip : public ::testing::TestWithParam<uint64_t> {};

TEST_P(RoundTrip, RandomWorldsHaveOneDigestInEveryEncoding) {
  uint64_t worlds = 0;
  uint64_t workspaces = 0;
  for (uint64_t seed = GetParam(); seed < Worlds(); seed += 4, ++worlds) {
    Engine engine;
    const absl::Status imported =
        engine.Import(Actor::System(), RandomWorld(seed));
    ASSERT_TRUE(imported.ok()) << seed << ": " << imported;
    const v1::World world = engine.Export();
    const std::string digest = *DigestOf(ExportOf(engine));
    workspaces += static_cast<uint64_t>(world.workspaces_size());
    for (const Encoding encoding : {Encoding::kYaml, Encoding::kJson,
                                    Encoding::kTextProto, Encoding::kBinary}) {
      const std::string text = WriteMessage(encoding, world);
      v1::World again;
      Places places("w");
      const absl::Status read = ReadMessage(encoding, text, &again, &places);
      ASSERT_TRUE(read.ok()) << seed << ": " << read << "\n" << text;
      Engine other;
      ASSERT_TRUE(other.Import(Actor::System(), again).ok()) << seed;
      ASSERT_EQ(*DigestOf(ExportOf(other)), digest) << seed << "\n" << text;
      ASSERT_EQ(WriteMessage(encoding, other.Export()), text) << seed;
    }
  }
  std::cout << worlds << " worlds, " << workspaces
            << " workspaces, through four encodings\n";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoundTrip, ::testing::Values(0, 1, 2, 3));

TEST(Digest, TellsWorldsApart) {
  Engine engine;
  ASSERT_TRUE(engine.Import(Actor::System(), RandomWorld(7)).ok());
  const v1::World world = engine.Export();
  const std::string digest = *DigestOf(ExportOf(engine));
  EXPECT_EQ(digest.size(), 64u);
  v1::World other = world;
  other.mutable_workspaces(0)->set_revision(world.workspaces(0).revision() ^ 1);
  Engine changed;
  ASSERT_TRUE(changed.Import(Actor::System(), other).ok());
  EXPECT_NE(*DigestOf(ExportOf(changed)), digest);
}

// Anyone can compute the digest with sha256sum.
TEST(Digest, IsTheHashOfTheHashesOfTheWorkspaces) {
  Engine engine;
  ASSERT_TRUE(engine.AddWorkspace(Actor::System(), "w").ok());
  // printf '\x0a\x01w' | sha256sum | cut -c-64 | xxd -r -p | sha256sum
  EXPECT_EQ(*DigestOf(ExportOf(engine)),
            "35d9652e5c8e951d7f7ae1ddf086d877ce331c1759e645265cd538f019fa78f2");
}

TEST(WorldFile, LargeWorkspaceIsWrittenInPartsAndReadBack) {
  constexpr int kUsers = 30'000;
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  workspace->set_id("w");
  workspace->set_max_principals_per_resource(0);
  v1::Resource* resource = workspace->add_resources();
  resource->set_type("voice");
  resource->set_id("v");
  for (int i = 0; i < kUsers; ++i) {
    workspace->add_users()->set_id(absl::StrCat("u", i));
    v1::Grant* grant = resource->add_grants();
    grant->set_target(absl::StrCat("user:u", i));
    grant->set_role("viewer");
  }
  Engine engine;
  ASSERT_TRUE(engine.Import(Actor::System(), world).ok());
  const std::string path = Folder() + "/w.binpb";
  ASSERT_TRUE(WriteWorldFile(path, ExportOf(engine)).ok());
  const auto reader = *WorldReader::Open(path);
  int parts = 0;
  while (*reader->Next() != nullptr) ++parts;
  EXPECT_EQ(parts, 5);
  Engine again;
  ASSERT_TRUE(ImportFile(path, &again).ok());
  EXPECT_EQ(*DigestOf(ExportOf(again)), *DigestOf(ExportOf(engine)));
  // Any reader of the message can parse the file.
  v1::World message;
  ASSERT_TRUE(message.ParseFromString(*ReadFile(path)));
  Engine third;
  ASSERT_TRUE(third.Import(Actor::System(), message).ok());
  EXPECT_EQ(*DigestOf(ExportOf(third)), *DigestOf(ExportOf(engine)));
  // In the other encodings a workspace is one entry.
  ASSERT_TRUE(WriteWorldFile(path + ".json", ExportOf(engine)).ok());
  const auto whole = *WorldReader::Open(path + ".json");
  EXPECT_EQ((*whole->Next())->users_size(), kUsers);
  EXPECT_EQ(*whole->Next(), nullptr);
}

TEST(WorldFile, EveryCutOfABinaryFileIsRefusedWithItsPlace) {
  Engine engine;
  v1::World several = RandomWorld(4);
  for (const char* id : {"x1", "x2"}) several.add_workspaces()->set_id(id);
  ASSERT_TRUE(engine.Import(Actor::System(), several).ok());
  const std::string folder = Folder();
  ASSERT_TRUE(WriteWorldFile(folder + "/w.binpb", ExportOf(engine)).ok());
  const std::string bytes = *ReadFile(folder + "/w.binpb");
  const v1::World world = engine.Export();
  const size_t first = world.workspaces(0).ByteSizeLong();
  size_t whole = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::ofstream(folder + "/cut.binpb", std::ios::trunc)
        << bytes.substr(0, size);
    Engine other;
    const absl::Status status = ImportFile(folder + "/cut.binpb", &other);
    if (status.ok()) {
      ++whole;  // cut between two workspaces
      continue;
    }
    EXPECT_EQ(FaultOf(status), v1::FILE_MALFORMED);
    EXPECT_TRUE(other.WorkspaceIds().empty());
    if (size > 0 && size < first) {
      EXPECT_THAT(std::string(status.message()),
                  HasSubstr("cut.binpb: workspaces[0], at byte 0, is not "
                            "well-formed, or was cut"));
    }
  }
  EXPECT_EQ(whole, static_cast<size_t>(world.workspaces_size()) - 1);
}

TEST(WorldFile, BadFilesAreRefusedByName) {
  const std::string folder = Folder();
  for (const char* name : {"/e.yaml", "/e.json", "/e.txtpb", "/e.binpb"}) {
    std::ofstream(folder + name).flush();
  }
  std::ofstream(folder + "/unknown.binpb") << "\x78\x01";
  std::ofstream(folder + "/garbage.binpb") << "garbage";
  std::filesystem::create_directories(folder + "/folder.yaml");
  std::filesystem::create_directories(folder + "/folder.binpb");
  const std::tuple<std::string, Fault, std::string> kTable[] = {
      {"/none.yaml", v1::FILE_ACCESS, "none.yaml: can't open: No such file"},
      {"/none.binpb", v1::FILE_ACCESS, "none.binpb: can't open: No such file"},
      {"/folder.yaml", v1::FILE_ACCESS, "folder.yaml: can't read: Is a dir"},
      {"/folder.binpb", v1::FILE_ACCESS, "folder.binpb: can't read: Is a dir"},
      {"/e.yaml", v1::FILE_MALFORMED, "e.yaml: is empty"},
      {"/e.json", v1::FILE_MALFORMED, "e.json: is empty"},
      {"/e.txtpb", v1::FILE_MALFORMED, "e.txtpb: is empty"},
      {"/e.binpb", v1::FILE_MALFORMED, "e.binpb: is empty"},
      {"/unknown.binpb", v1::FILE_MALFORMED, "from byte 0 on, or of a newer"},
      {"/garbage.binpb", v1::FILE_MALFORMED, "no world in binary form"},
      {"/world.txt", v1::FILE_MALFORMED, "use .yaml, .json, .txtpb or .binpb"},
  };
  for (const auto& [name, fault, words] : kTable) {
    Engine engine;
    const absl::Status status = ImportFile(folder + name, &engine);
    EXPECT_EQ(FaultOf(status), fault) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(WorldFile, ProducerThatFailsLeavesTheOldFile) {
  const std::string path = Folder() + "/w.yaml";
  std::ofstream(path) << "old";
  const absl::Status status = WriteWorldFile(path, [](const WorldSink& sink) {
    v1::Workspace part;
    part.set_id("w");
    if (absl::Status s = sink(part); !s.ok()) return s;
    return Refuse(v1::CANCELLED_BY_CALLER, "enough");
  });
  EXPECT_EQ(FaultOf(status), v1::CANCELLED_BY_CALLER);
  EXPECT_EQ(*ReadFile(path), "old");
}

}  // namespace
}  // namespace acl
