// The acl command; see `acl --help` and docs/cli.md.

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "acl/cli/app.h"
#include "google/protobuf/stubs/logging.h"

namespace {

// https://no-color.org
bool WantsColour() {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') &&
         (terminal == nullptr || std::string(terminal) != "dumb");
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // Faults in a file are reported in our own words, not by the parser as well.
  google::protobuf::SetLogHandler(nullptr);
  acl::cli::Console console{std::cout, std::cerr};
  console.out_terminal = isatty(STDOUT_FILENO);
  console.err_terminal = isatty(STDERR_FILENO);
  console.out_colour = console.out_terminal && WantsColour();
  console.err_colour = console.err_terminal && WantsColour();
  int code = acl::cli::Run(argc, argv, console);
  std::cout.flush();
  if (!std::cout.good() && code != acl::cli::kBadInput) {
    std::cerr << "acl: can't write the output\n";
    code = acl::cli::kFailure;
  }
  return code;
}
