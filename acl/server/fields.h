// The fields of a JSON body or a query, with faults in the form of the sharing
// API. Internal.
#ifndef ACL_SERVER_FIELDS_H_
#define ACL_SERVER_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/server/outcome.h"

namespace acl::server {

// Reads one object. Each function adds a fault if a field is not as required,
// and then returns a value that must not be used. Fields that no function reads
// are accepted; null counts as absent.
class Fields {
 public:
  static constexpr size_t kMaxItems = 10'000;
  static constexpr size_t kMaxFaults = 100;

  // `object` may be any value; one that is not an object is a fault. `where` is
  // the path to it. Nothing is owned.
  Fields(const Json& object, Json where, std::vector<SchemaFault>* faults);

  std::string Text(const char* name);
  std::optional<std::string> OptionalText(const char* name);
  std::optional<bool> OptionalBool(const char* name);
  std::optional<uint64_t> OptionalNumber(const char* name);
  // A string that is one of `words`.
  std::string Word(const char* name, const std::vector<std::string>& words);
  std::optional<std::string> OptionalWord(
      const char* name, const std::vector<std::string>& words);
  // The objects in a list of at most kMaxItems; empty if it is absent.
  std::vector<Fields> OptionalObjects(const char* name);
  // Adds a fault for each field that is not one of `known`, even if it is null.
  void RefuseOthers(absl::Span<const absl::string_view> known);
  // The value as it was sent, or null.
  const Json& Raw(const char* name) const;
  // Adds a fault of a field, unless there are kMaxFaults already, because
  // callers without a key receive them as well.
  void Fault(const char* name, absl::string_view type,
             absl::string_view message);
  void Missing(const char* name);

 private:
  const Json* Find(const char* name) const;  // null if absent
  Json Path(absl::string_view name) const;
  void NotText(const char* name);

  const Json& object_;
  const Json where_;
  std::vector<SchemaFault>& faults_;
};

}  // namespace acl::server

#endif  // ACL_SERVER_FIELDS_H_
