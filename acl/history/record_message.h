// Converts calls and their answers to messages of the journal and back.
// Internal.
#ifndef ACL_HISTORY_RECORD_MESSAGE_H_
#define ACL_HISTORY_RECORD_MESSAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/share/request.h"
#include "acl/store/settings.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

v1::Receipt ToMessage(const Receipt& receipt);
// `changes` are those of the call: they supply the resource of a share. The
// revision is the message's, 0 if it has none. JOURNAL_DAMAGED if the receipt
// can't belong to these changes.
absl::StatusOr<Receipt> ReadReceipt(const v1::Receipt& message,
                                    const std::vector<Change>& changes);

v1::AnsweredRequest ToMessage(const std::string& request_id,
                              const AnsweredRequest& request);
// JOURNAL_DAMAGED.
absl::StatusOr<AnsweredRequest> ReadAnsweredRequest(
    const v1::AnsweredRequest& message);

v1::Settings ToMessage(const Settings& settings);
// JOURNAL_DAMAGED.
absl::StatusOr<std::shared_ptr<const Settings>> ReadSettings(
    const v1::Settings& message);

}  // namespace acl

#endif  // ACL_HISTORY_RECORD_MESSAGE_H_
