#include "tests/oracle/tally.h"

#include "absl/strings/str_cat.h"

namespace acl::compare {

std::string ToString(const Difference& difference) {
  return absl::StrCat(difference.question, "\nengine:\n", difference.engine,
                      "\noracle:\n", difference.oracle, "\nthe world:\n",
                      difference.world);
}

const char* WordOf(Answer answer) {
  static const char* const kWords[] = {
      "changes",           "receipt fields", "roles",
      "roles by handle",   "roles in bulk",  "checks",
      "checks by handle",  "checks of many", "refused questions",
      "explanations",      "remedies",       "listed resources",
      "listed principals", "matrix rows",    "handles",
      "stale handles",     "exports",        "imports"};
  return kWords[static_cast<size_t>(answer)];
}

uint64_t Tally::total() const {
  uint64_t total = 0;
  for (const uint64_t count : counts_) total += count;
  return total;
}

}  // namespace acl::compare
