#include "tests/fuzz/world_round_trip.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "acl/base/fault.h"
#include "acl/world/world_file.h"

namespace acl::fuzz {
namespace {

std::string DigestOf(const Engine& engine) {
  return *acl::DigestOf(
      [&](const WorldSink& sink) { return engine.Export(sink); });
}

}  // namespace

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

const std::string& ScratchFolder() {
  static const std::string* const folder = [] {
    std::string name = "/dev/shm/acl_fuzz_XXXXXX";
    Require(mkdtemp(name.data()) != nullptr, "there is a scratch folder");
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(ScratchFolder(), ignored);
    });
    return new std::string(name);
  }();
  return *folder;
}

void RoundTrip(const Engine& engine) {
  const v1::World world = engine.Export();
  for (const Encoding encoding : {Encoding::kYaml, Encoding::kJson,
                                  Encoding::kTextProto, Encoding::kBinary}) {
    v1::World again;
    Places places("w");
    const std::string text = WriteMessage(encoding, world);
    // In binary form, a world without workspaces is empty.
    if (text.empty()) continue;
    Require(ReadMessage(encoding, text, &again, &places).ok(),
            "what is written is read");
    Engine other;
    Require(other.Import(Actor::System(), again).ok(),
            "what is exported is imported");
    Require(DigestOf(other) == DigestOf(engine), "the digest stays");
  }
}

void RoundTrip(Encoding encoding, absl::string_view bytes) {
  v1::World world;
  Places places("w");
  const absl::Status read = ReadMessage(encoding, bytes, &world, &places);
  if (!read.ok()) {
    Require(FaultOf(read) == v1::FILE_MALFORMED && !read.message().empty(),
            "a refusal has words");
    return;
  }
  Engine engine;
  std::vector<WorldFault> faults;
  const absl::Status imported = engine.Import(Actor::System(), world, &faults);
  Require(imported.ok() == faults.empty(), "a refusal has faults");
  for (const WorldFault& fault : faults) places.Show(fault.path);
  if (imported.ok()) RoundTrip(engine);
}

void MakeSmallWorld(Engine* engine) {
  Workspace w = *engine->AddWorkspace(Actor::System(), "w");
  const ResourceId one{"voice", "one"};
  const ResourceId two{"voice", "two"};
  const absl::Status status =
      w.Apply(Actor::System(),
              {AddUser{"ann", "ann@x"}, AddUser{"bob", "bob@x", "", true},
               AddServiceAccount{"bot"},
               AddKey{"k", PrincipalId::ServiceAccount("bot")},
               AddKey{"p", PrincipalId::User("ann"), false}, AddGroup{"g"},
               AddGroup{"h"}, AddMember{"g", Member::Group("h")},
               AddMember{"h", Member::User("ann")},
               AddResource{one, "", PrincipalId::User("ann")}, AddResource{two},
               Share{two, Target::Group("g"), "editor"},
               Share{one, Target::Default(), "viewer"}})
          .status();
  Require(status.ok(), "the small world is in order");
}

}  // namespace acl::fuzz
