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

// The effect of each change of a batch, over several lines; with `details`
// including the values that an addition or update has set.
std::string ChangesText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool details);

// The effects of a batch, except the effective roles: each change with its
// receipt; with `summary` the number of each kind.
std::string AppliedText(const std::vector<Change>& changes,
                        const Receipt& receipt, bool summary);
Json AppliedJson(const std::vector<Change>& changes, const Receipt& receipt,
                 bool summary);

// The effective roles that changed, and the revision of the change.
std::string RoleChangesText(const DifferenceList& roles);
std::string RevisionText(const Receipt& receipt);

// The witness of an answer from `reader`: "group `leads`", "direct", ...
std::string WitnessText(const Reader& reader, const Witness& witness);

// An entry of a history, over several lines; and as an object. With `summary` a
// batch is described by the number of changes of each kind.
std::string EntryText(const HistoryEntry& entry, bool summary);
Json EntryJson(const HistoryEntry& entry, bool summary);

// "1 file", "2 files".
std::string Some(size_t count, const char* what);

}  // namespace acl::cli

#endif  // ACL_CLI_PRINT_H_
