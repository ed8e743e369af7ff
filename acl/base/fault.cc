#include "acl/base/fault.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace acl {
namespace {

constexpr absl::string_view kPayloadUrl =
    "type.googleapis.com/acl.v1.FaultDetail";

absl::StatusCode CodeOf(Fault fault) {
  switch (fault) {
    case v1::MALFORMED:
    case v1::TYPE_UNKNOWN:
    case v1::ROLE_UNKNOWN:
    case v1::FILE_MALFORMED:
    case v1::CREATOR_LOWERED:
    case v1::DUPLICATE_GRANT:
      return absl::StatusCode::kInvalidArgument;
    case v1::ACTOR_UNKNOWN:
    case v1::ACTOR_KEY_DISABLED:
    case v1::ACTOR_LOCKED:
    case v1::NOT_ADMIN:
    case v1::CREATOR_PROTECTED:
      return absl::StatusCode::kPermissionDenied;
    case v1::RESOURCE_NOT_FOUND:
    case v1::USER_NOT_FOUND:
    case v1::SERVICE_ACCOUNT_NOT_FOUND:
    case v1::GROUP_NOT_FOUND:
    case v1::KEY_NOT_FOUND:
    case v1::WORKSPACE_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::ALREADY_EXISTS:
    case v1::EMAIL_TAKEN:
      return absl::StatusCode::kAlreadyExists;
    case v1::GROUP_CYCLE:
    case v1::ROLE_IN_USE:
    case v1::ROLE_ORDER:
    case v1::TYPE_IN_USE:
    case v1::REQUEST_ID_REUSED:
    case v1::ENGINE_CLOSED:
    case v1::JOURNAL_LOCKED:
    case v1::READ_ONLY:
      return absl::StatusCode::kFailedPrecondition;
    case v1::LIMIT:
    case v1::DISK_FULL:
    case v1::OUT_OF_MEMORY:
      return absl::StatusCode::kResourceExhausted;
    case v1::REVISION_MISMATCH:
      return absl::StatusCode::kAborted;
    case v1::REVISION_NOT_AVAILABLE:
      return absl::StatusCode::kOutOfRange;
    case v1::REVISION_TIMEOUT:
    case v1::DEADLINE_EXCEEDED:
      return absl::StatusCode::kDeadlineExceeded;
    case v1::FILE_ACCESS:
      return absl::StatusCode::kUnavailable;
    case v1::JOURNAL_DAMAGED:
      return absl::StatusCode::kDataLoss;
    case v1::OUTCOME_UNKNOWN:
      return absl::StatusCode::kUnknown;
    case v1::CANCELLED_BY_CALLER:
      return absl::StatusCode::kCancelled;
    default:
      return absl::StatusCode::kUnknown;
  }
}

std::optional<v1::FaultDetail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  v1::FaultDetail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

void Attach(const v1::FaultDetail& detail, absl::Status* status) {
  status->SetPayload(kPayloadUrl, absl::Cord(detail.SerializeAsString()));
}

}  // namespace

absl::Status Refuse(Fault fault, absl::string_view message) {
  absl::Status status(CodeOf(fault), message);
  v1::FaultDetail detail;
  detail.set_fault(fault);
  Attach(detail, &status);
  return status;
}

Fault FaultOf(const absl::Status& status) {
  std::optional<v1::FaultDetail> detail = DetailOf(status);
  return detail ? detail->fault() : v1::FAULT_UNSPECIFIED;
}

absl::Status AtChange(const absl::Status& status, size_t index) {
  if (status.ok()) return status;
  absl::Status at(status.code(),
                  absl::StrCat("change ", index, ": ", status.message()));
  v1::FaultDetail detail;
  detail.set_fault(FaultOf(status));
  detail.set_change_index(static_cast<uint32_t>(index));
  Attach(detail, &at);
  return at;
}

std::optional<size_t> ChangeIndexOf(const absl::Status& status) {
  std::optional<v1::FaultDetail> detail = DetailOf(status);
  if (!detail || !detail->has_change_index()) return std::nullopt;
  return detail->change_index();
}

}  // namespace acl
