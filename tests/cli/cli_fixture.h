// Runs the command in this process, on a world file of its own.
#ifndef TESTS_CLI_CLI_FIXTURE_H_
#define TESTS_CLI_CLI_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "acl/cli/app.h"

namespace acl::cli {

constexpr char kWorld[] = R"(workspaces:
  - id: studio
    users:
      - {id: ann, email: ann@studio.example}
      - {id: bob, email: bob@studio.example}
    service_accounts:
      - {id: renderer}
    api_keys:
      - {id: k1, owner: "service_account:renderer"}
      - {id: k2, owner: "service_account:renderer", disabled: true}
    groups:
      - id: audio
        members: ["group:mixers"]
      - id: mixers
        members: ["user:bob"]
    resources:
      - type: voice
        id: narrator
        creator: user:ann
        grants:
          - {target: default, role: viewer}
          - {target: "group:audio", role: editor}
)";

struct Result {
  int code;
  std::string out;
  std::string err;
};

class Cli : public ::testing::Test {
 protected:
  Cli() : world_(std::string(std::getenv("TEST_TMPDIR")) + "/world.yaml") {
    Write(world_, kWorld);
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  static Result Acl(std::vector<std::string> arguments) {
    std::vector<const char*> argv = {"acl"};
    for (const std::string& argument : arguments) {
      argv.push_back(argument.c_str());
    }
    std::ostringstream out, err;
    const int code =
        cli::Run(static_cast<int>(argv.size()), argv.data(), Console{out, err});
    return {code, out.str(), err.str()};
  }
  Result OnWorld(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--world", world_});
    return Acl(std::move(arguments));
  }

  const std::string world_;
};

}  // namespace acl::cli

#endif  // TESTS_CLI_CLI_FIXTURE_H_
