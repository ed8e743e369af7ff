// The acl command; see `acl --help` and docs/cli.md.

#include <iostream>

#include "acl/cli/app.h"
#include "google/protobuf/stubs/logging.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // What is wrong with a file is said in our own words, not by the parser too.
  google::protobuf::SetLogHandler(nullptr);
  int code = acl::cli::Run(argc, argv, {std::cout, std::cerr});
  std::cout.flush();
  if (!std::cout.good() && code != acl::cli::kBadInput) {
    std::cerr << "acl: can't write the output\n";
    code = acl::cli::kFailure;
  }
  return code;
}
