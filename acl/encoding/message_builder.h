// Fills a Protobuf message from the events of a parser whose format has maps,
// lists and scalars. Internal: shared by the readers of YAML and JSON.
#ifndef ACL_ENCODING_MESSAGE_BUILDER_H_
#define ACL_ENCODING_MESSAGE_BUILDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "acl/encoding/places.h"
#include "google/protobuf/message.h"

namespace acl {

// The kinds of scalars that a format distinguishes. YAML values are all plain.
enum class ScalarKind { kPlain, kText, kNumber, kBool };

// The shape of a value.
enum class Shape { kScalar, kList, kMap };

// Keys are field names. Strict: a value that does not fit becomes a fault with
// its place and is skipped, and reading continues. Handles fields of type
// string, bool, uint32, uint64, enum and message. Lines count from 1; 0 in a
// format without lines.
class MessageBuilder {
 public:
  MessageBuilder(google::protobuf::Message* root, Places* places)
      : root_(root), places_(*places) {}

  // A key of a map, or a value.
  void Scalar(int line, ScalarKind kind, const std::string& text);
  // A key or a value that is not allowed as one; `what` says why: "is an
  // alias".
  void Reject(int line, absl::string_view what);
  void BeginList(int line);
  void BeginMap(int line);
  void EndCollection();

  // A fault of the whole file, for example ` is empty; write a map`.
  void FileFault(int line, absl::string_view what);

  // OK, or FILE_MALFORMED with a line for each fault, in the order of the file;
  // after the first 1,000 only the number of the rest.
  absl::Status Finish() const;

 private:
  enum class Next { kKey, kValue, kIgnored };

  struct Key {
    const google::protobuf::FieldDescriptor* field;
    int line;
  };
  // A map that fills a message, or a list that fills one of its fields.
  struct Frame {
    google::protobuf::Message* message;
    const google::protobuf::FieldDescriptor* field;  // of the next value
    int line;                                        // the one in Places
    int value_line;  // of the next value, as in Places
    bool list = false;
    int index = 0;  // in a list
    Next next = Next::kKey;
    std::vector<Key> keys = {};  // so far

    // For a field that already had a value, else null.
    const int* LineOfKey(const google::protobuf::FieldDescriptor* wanted) const;
  };

  Frame& Top() { return stack_.back(); }
  Shape Wanted() const;
  std::string ValuePath() const;
  google::protobuf::Message* NewMessage();
  void NoteLine(int line);
  void Fault(int line, absl::string_view what);
  void TakeKey(int line, const std::string& key);
  std::string TakeScalar(int line, ScalarKind kind, const std::string& text);
  bool Begins(int line, Shape shape);
  void EndValue();

  google::protobuf::Message* const root_;
  Places& places_;
  std::vector<Frame> stack_;
  std::vector<std::string> faults_;
  size_t more_faults_ = 0;
  size_t skip_depth_ = 0;  // nested collections being skipped
};

}  // namespace acl

#endif  // ACL_ENCODING_MESSAGE_BUILDER_H_
