// The calls from which every history of a given length is made.
#ifndef TESTS_ORACLE_VOCABULARY_H_
#define TESTS_ORACLE_VOCABULARY_H_

#include <vector>

#include "acl/store/settings.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/history.h"

namespace acl::compare {

struct Vocabulary {
  WorkspaceSettings settings;
  std::vector<Change> beginning;  // of every history
  std::vector<Call> calls;
  Names names;  // everything that can exist, and some names that never do
};

// Every kind of change, with arguments that fit, that conflict with something,
// and that are refused; shares by every kind of actor; batches, dry runs,
// options and request ids.
Vocabulary FullVocabulary();

// Calls that interact, for longer histories.
Vocabulary SmallVocabulary();

}  // namespace acl::compare

#endif  // TESTS_ORACLE_VOCABULARY_H_
