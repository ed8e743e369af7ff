#include "acl/history/record_changes.h"

#include <cstdint>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace acl {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

// An encoded field of a message.
struct Field {
  uint32_t tag = 0;
  absl::string_view whole;  // including its tag
  absl::string_view value;  // of a length-delimited field
};

// Iterates over the fields of an encoded message.
class Fields {
 public:
  explicit Fields(absl::string_view bytes)
      : bytes_(bytes),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()),
            static_cast<int>(bytes.size())) {}

  // False at the end, or if the bytes are not well-formed.
  bool Next(Field* field) {
    const auto begin = static_cast<size_t>(in_.CurrentPosition());
    field->tag = in_.ReadTag();
    if (field->tag == 0) {
      whole_ = in_.ConsumedEntireMessage();
      return false;
    }
    if (WireFormatLite::GetTagWireType(field->tag) ==
        WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      uint32_t size = 0;
      if (!in_.ReadVarint32(&size)) return false;
      const auto at = static_cast<size_t>(in_.CurrentPosition());
      if (size > bytes_.size() - at || !in_.Skip(static_cast<int>(size))) {
        return false;
      }
      field->value = bytes_.substr(at, size);
    } else if (!WireFormatLite::SkipField(&in_, field->tag)) {
      return false;
    }
    const auto end = static_cast<size_t>(in_.CurrentPosition());
    field->whole = bytes_.substr(begin, end - begin);
    return true;
  }

  // Whether the last call reached the end.
  bool whole() const { return whole_; }

 private:
  const absl::string_view bytes_;
  CodedInputStream in_;
  bool whole_ = false;
};

constexpr uint32_t TagOf(int field) {
  return static_cast<uint32_t>(field) << 3 |
         WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
}

void AppendField(uint32_t tag, absl::string_view value, std::string* out) {
  StringOutputStream stream(out);
  CodedOutputStream coded(&stream);
  coded.WriteTag(tag);
  coded.WriteVarint32(static_cast<uint32_t>(value.size()));
  coded.WriteRaw(value.data(), static_cast<int>(value.size()));
}

bool SplitChange(absl::string_view change_record, std::string* rest,
                 std::vector<absl::string_view>* changes) {
  Fields fields(change_record);
  Field field;
  while (fields.Next(&field)) {
    if (field.tag == TagOf(v1::ChangeRecord::kChangesFieldNumber)) {
      changes->push_back(field.value);
    } else {
      rest->append(field.whole.data(), field.whole.size());
    }
  }
  return fields.whole();
}

}  // namespace

size_t RecordChanges::size() const {
  return record_ == nullptr ? bytes_.size()
                            : static_cast<size_t>(record_->changes_size());
}

const v1::Change* RecordChanges::Get(size_t i) {
  if (record_ != nullptr) return &record_->changes(static_cast<int>(i));
  const absl::string_view bytes = bytes_[i];
  const bool parsed = change_.emplace().ParseFromArray(
      bytes.data(), static_cast<int>(bytes.size()));
  return parsed ? &*change_ : nullptr;
}

bool SplitRecord(absl::string_view record, std::string* rest,
                 std::vector<absl::string_view>* changes) {
  Fields fields(record);
  Field field;
  while (fields.Next(&field)) {
    switch (field.tag) {
      case TagOf(v1::Record::kChangeFieldNumber): {
        std::string change_rest;
        if (!SplitChange(field.value, &change_rest, changes)) return false;
        AppendField(field.tag, change_rest, rest);
        break;
      }
      case TagOf(v1::Record::kAddWorkspaceFieldNumber):
      case TagOf(v1::Record::kRemoveWorkspaceFieldNumber):
      case TagOf(v1::Record::kImportFieldNumber):
        changes->clear();  // another kind of record, whatever came before
        [[fallthrough]];
      default:
        rest->append(field.whole.data(), field.whole.size());
    }
  }
  return fields.whole();
}

}  // namespace acl
