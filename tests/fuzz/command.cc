// The arguments, one to a line, of a command that asks or makes changes, on a
// small world and only as a dry run. The first byte selects the command.

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "acl/cli/app.h"
#include "acl/world/world_file.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

// Whether some line is more than a warning about a name that does not exist.
bool HasRefusal(const std::string& err) {
  for (const absl::string_view line :
       absl::StrSplit(err, '\n', absl::SkipEmpty())) {
    if (!absl::StartsWith(line, "acl: warning: `")) return true;
  }
  return false;
}

const std::string& SmallWorldFile() {
  static const std::string* const path = [] {
    Engine engine;
    MakeSmallWorld(&engine);
    auto* made = new std::string(ScratchFolder() + "/world.binpb");
    const absl::Status written = WriteWorldFile(
        *made, [&](const WorldSink& sink) { return engine.Export(sink); });
    Require(written.ok(), "the world can be written");
    return made;
  }();
  return *path;
}

void Run(absl::string_view text) {
  if (text.empty()) return;
  const size_t choice = static_cast<unsigned char>(text[0]);
  const std::vector<std::string> lines = absl::StrSplit(text.substr(1), '\n');
  const auto line = [&](size_t i) { return i < lines.size() ? lines[i] : ""; };
  const std::vector<std::vector<std::string>> kCommands = {
      {"role", line(0), line(1)},
      {"check", line(0), line(2), line(1)},
      {"explain", line(0), line(1), "--role", line(2)},
      {"who", line(1), "--min-role", line(2)},
      {"what", line(0), "--min-role", line(2), "--type", line(3)},
      {"share", line(1), line(0), line(2), "--as", line(3), "--dry-run"},
      {"unshare", line(1), line(0), "--as", line(3), "--dry-run"}};
  std::vector<const char*> argv = {"acl"};
  for (const std::string& argument : kCommands[choice % kCommands.size()]) {
    argv.push_back(argument.c_str());
  }
  argv.insert(argv.end(), {"--world", SmallWorldFile().c_str()});
  std::ostringstream out, err;
  const int code = cli::Run(static_cast<int>(argv.size()), argv.data(),
                            cli::Console{out, err});
  Require(code >= 0 && code <= 3, "the exit code is documented");
  Require((code == 1 || code == 3) == HasRefusal(err.str()),
          "a refusal has words, an answer has warnings alone");
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  acl::fuzz::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
