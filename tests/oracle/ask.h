// Asks the engine and the oracle the same questions.
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

// Who and what is asked about.
struct Names {
  std::vector<Caller> subjects;
  std::vector<ResourceId> resources;
};

// The names that the histories of the generator use.
const Names& PoolNames();

struct AskOptions {
  // One subject in so many (1: all).
  size_t fraction = 1;
  // Also that for which the oracle resolves every pair of a world, perhaps many
  // times: the matrix, remedies.
  bool every_pair = true;
};

// Asks a reader and the model of the same revision everything.
void AskEverything(const Reader& reader, const oracle::Model& model,
                   const Names& names, const AskOptions& options,
                   Random* random, Tally* tally);

// Asks for the effective role, with its witness, of every pair.
void AskRoles(const Reader& reader, const oracle::Model& model,
              const Names& names, Tally* tally);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_ASK_H_
