// Calls out of which every history of some length is made.
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
  Names names;  // all that there can be, and some that there never is
};

// Every kind of change with arguments that fit, that meet something, and that
// are refused; shares by every kind of actor; batches, dry runs, conditions and
// request ids.
Vocabulary FullVocabulary();

// What acts on each other, for longer histories.
Vocabulary SmallVocabulary();

}  // namespace acl::compare

#endif  // TESTS_ORACLE_VOCABULARY_H_
