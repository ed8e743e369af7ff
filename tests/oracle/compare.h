// Runs a history on the engine and on the oracle and compares every answer.
#ifndef TESTS_ORACLE_COMPARE_H_
#define TESTS_ORACLE_COMPARE_H_

#include <string>

#include "tests/oracle/history.h"
#include "tests/oracle/tally.h"

namespace acl::compare {

// Runs a history up to the first difference.
void Run(const History& history, Tally* tally);

// A history that still shows a difference, with as few calls and changes as
// dropping one after the other leads to.
History Shrink(History history);

// The difference of a history with all that is needed to repeat it.
std::string Report(const History& history, const Difference& difference);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_COMPARE_H_
