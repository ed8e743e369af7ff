#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"

namespace acl::bench {
namespace {

// The first line of a file, or the first one that begins with `key`.
std::string LineOf(const char* path, absl::string_view key = "") {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, key)) continue;
    const size_t begin = rest.find_first_not_of(" \t:");
    return std::string(rest.substr(begin == rest.npos ? 0 : begin));
  }
  return "unknown";
}

// Adds what the numbers depend on to the head of the results.
void DescribeMachine() {
  benchmark::AddCustomContext("cpu", LineOf("/proc/cpuinfo", "model name"));
  benchmark::AddCustomContext("memory", LineOf("/proc/meminfo", "MemTotal"));
  benchmark::AddCustomContext(
      "huge_pages", LineOf("/sys/kernel/mm/transparent_hugepage/enabled"));
  benchmark::AddCustomContext("kernel", LineOf("/proc/version"));
  benchmark::AddCustomContext("compiler", __VERSION__);
#ifdef NDEBUG
  benchmark::AddCustomContext("assertions", "off");
#else
  benchmark::AddCustomContext("assertions", "on");
#endif
#ifdef __OPTIMIZE__
  benchmark::AddCustomContext("optimized", "yes");
#else
  benchmark::AddCustomContext("optimized", "no");
#endif
}

}  // namespace

std::vector<WorldShape> WorldsFromArguments(int* argc, char** argv,
                                            const char* standard) {
  std::string names = standard;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--world=")) {
      names = std::string(argument);
    } else if (argument == "--world" && i + 1 < *argc) {
      names = argv[++i];
    } else {
      argv[kept++] = argv[i];
    }
  }
  argv[kept] = nullptr;
  *argc = kept;
  std::vector<WorldShape> shapes;
  for (absl::string_view name : absl::StrSplit(names, ',')) {
    shapes.push_back(Require(NamedShape(name)));
  }
  return shapes;
}

void LimitMemory() {
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0) return;
  const rlim_t memory = static_cast<rlim_t>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  limit.rlim_cur = std::min(limit.rlim_cur, memory / 20 * 19);
  setrlimit(RLIMIT_AS, &limit);
}

int RunCases(int argc, char** argv) {
  DescribeMachine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace acl::bench
