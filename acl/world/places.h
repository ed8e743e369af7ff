// Where the parts of a message stand in the file that it was read from.
#ifndef ACL_WORLD_PLACES_H_
#define ACL_WORLD_PLACES_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace acl {

// Maps paths (`workspaces[0].users[3].email`) to lines of a file.
class Places {
 public:
  explicit Places(std::string file = "") : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  void Add(const std::string& path, int line) { lines_[path] = line; }

  // `FILE:LINE: PATH` for the innermost part of `path` whose line is known;
  // `FILE: PATH` in a file without lines.
  std::string Show(absl::string_view path) const {
    for (absl::string_view at = path; !at.empty();) {
      const auto line = lines_.find(at);
      if (line != lines_.end()) {
        return absl::StrCat(file_, ":", line->second, ": ", path);
      }
      const size_t end = at.find_last_of(".[");
      at = end == absl::string_view::npos ? "" : at.substr(0, end);
    }
    return absl::StrCat(file_, ": ", path);
  }

 private:
  std::string file_;
  absl::flat_hash_map<std::string, int> lines_;
};

}  // namespace acl

#endif  // ACL_WORLD_PLACES_H_
