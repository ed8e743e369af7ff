// Answers as text for people.
#ifndef ACL_CLI_PRINT_H_
#define ACL_CLI_PRINT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "acl/audit/answer_json.h"
#include "acl/audit/history_log.h"
#include "acl/cli/difference_list.h"
#include "acl/engine.h"

namespace acl::cli {

// The receipt of one share or unshare, over several lines.
std::string ShareReceiptText(const Receipt& receipt);

// What each change of a batch did, over several lines, with `details` those
// with what an addition or update has set.
std::string ChangesText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool details);

// What a batch did, but for the effective roles: each change with its receipt;
// with `summary` how many there are of each kind.
std::string AppliedText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool summary);
Json AppliedJson(const std::vector<Change>& changes, const Receipt& receipt,
                 bool summary);

// The effective roles that changed, and at which revision that was.
std::string RoleChangesText(const DifferenceList& roles);
std::string RevisionText(const Receipt& receipt);

// "group `leads`", "direct", ...: the witness of an answer of `reader`.
std::string WitnessText(const Reader& reader, const Witness& witness);

// An entry of a history, over several lines; and as an object. With `summary`
// a batch is told by how many changes there are of each kind.
std::string EntryText(const HistoryEntry& entry, bool summary);
Json EntryJson(const HistoryEntry& entry, bool summary);

// "1 file", "2 files".
std::string Some(size_t count, const char* what);

}  // namespace acl::cli

#endif  // ACL_CLI_PRINT_H_
