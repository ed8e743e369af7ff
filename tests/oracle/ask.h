// Asks the engine and the oracle the same questions, and compares the answers.
#ifndef TESTS_ORACLE_ASK_H_
#define TESTS_ORACLE_ASK_H_

#include <cstddef>
#include <vector>

#include "acl/reader.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"

namespace acl::compare {

// Subjects and resources to ask about.
struct Names {
  std::vector<Caller> subjects;
  std::vector<ResourceId> resources;
};

// The names used in generated histories.
const Names& PoolNames();

struct AskOptions {
  // Asks about one in this many subjects (1: all).
  size_t fraction = 1;
  // Also asks questions for which the oracle must resolve every pair of a
  // world, perhaps many times: the matrix and remedies.
  bool every_pair = true;
};

// Asks everything, of a reader and of the model of the same revision.
void AskEverything(const Reader& reader, const oracle::Model& model,
                   const Names& names, const AskOptions& options,
                   Random* random, Tally* tally);

// Asks for the effective role, with its witness, of every pair.
void AskRoles(const Reader& reader, const oracle::Model& model,
              const Names& names, Tally* tally);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_ASK_H_
