// Runs a history on the engine and on the oracle and compares every answer.
#ifndef TESTS_ORACLE_COMPARE_H_
#define TESTS_ORACLE_COMPARE_H_

#include <string>

#include "tests/oracle/history.h"
#include "tests/oracle/tally.h"

namespace acl::compare {

// Runs a history, up to the first difference.
void Run(const History& history, Tally* tally);

// Reduces a history that has a difference: drops calls and changes one at a
// time, as long as it still has one.
History Shrink(History history);

// The difference, with everything that is needed to reproduce it.
std::string Report(const History& history, const Difference& difference);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_COMPARE_H_
