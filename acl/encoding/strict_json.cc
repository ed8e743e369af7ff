#include "acl/encoding/strict_json.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/unread_text.h"

namespace acl {
namespace {

using Json = nlohmann::ordered_json;

class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t&) override {
    return Put(value);
  }
  bool string(string_t& text) override { return Put(std::move(text)); }
  bool binary(binary_t&) override { return false; }  // does not occur in text

  bool start_object(size_t) override { return Open(Json::object()); }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& text) override {
    if (!open_.back().keys.insert(text).second) {
      return Fail(absl::StrCat("duplicate key ", Quoted(text)));
    }
    open_.back().key = std::move(text);
    return true;
  }
  bool parse_error(size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    return Fail(JsonFault(error.what()));
  }

  absl::StatusOr<Json> Finish() {
    if (!fault_.empty()) {
      return Refuse(v1::FILE_MALFORMED, absl::StrCat("not json: ", fault_));
    }
    return std::move(root_);
  }

 private:
  struct Collection {
    Json value;
    std::string key = {};  // for an object: the key of the next value
    absl::flat_hash_set<std::string> keys = {};
  };

  bool Fail(std::string what) {
    fault_ = std::move(what);
    return false;
  }
  bool Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Collection& into = open_.back(); into.value.is_array()) {
      into.value.push_back(std::move(value));
    } else {
      // Keys are known to be unique, so there is no need to search for this
      // one.
      into.value.get_ref<Json::object_t&>().push_back(
          {std::move(into.key), std::move(value)});
    }
    return true;
  }
  bool Open(Json empty) {
    if (open_.size() == static_cast<size_t>(max_depth_)) {
      return Fail(absl::StrCat("more than ", max_depth_,
                               " objects and arrays inside each other"));
    }
    open_.push_back({std::move(empty)});
    return true;
  }
  bool Close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return Put(std::move(value));
  }

  const int max_depth_;
  std::vector<Collection> open_;
  Json root_;
  std::string fault_;
};

}  // namespace

absl::StatusOr<Json> ReadStrictJson(absl::string_view text, int max_depth) {
  // The parser would stop at a NUL and ignore what follows.
  if (const auto end = FindEndInJson(text)) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat("not json: ", Describe(*end)));
  }
  TreeBuilder builder(max_depth);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.Finish();
}

}  // namespace acl
