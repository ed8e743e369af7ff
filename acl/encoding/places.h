// Where the parts of a message are in the file that it was read from.
#ifndef ACL_ENCODING_PLACES_H_
#define ACL_ENCODING_PLACES_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace acl {

// Maps paths (`workspaces[0].users[3].email`) to lines of a file. For a file
// without lines it is empty, and places consist of the path alone.
class Places {
 public:
  // `file` as messages should show it.
  explicit Places(std::string file = "") : file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  // Lines count from 1; 0 is none.
  void Add(const std::string& path, int line) {
    if (line > 0) lines_[path] = line;
  }

  // The line of the innermost part of `path` whose line is known, or 0.
  int LineOf(absl::string_view path) const {
    for (absl::string_view at = path; !at.empty();) {
      const auto line = lines_.find(at);
      if (line != lines_.end()) return line->second;
      const size_t end = at.find_last_of(".[");
      at = end == absl::string_view::npos ? "" : at.substr(0, end);
    }
    return 0;
  }

  // `FILE:LINE`, or `FILE` for line 0.
  std::string At(int line) const {
    return line > 0 ? absl::StrCat(file_, ":", line) : file_;
  }

  // `FILE:LINE: PATH`, or `FILE: PATH`.
  std::string Show(absl::string_view path) const {
    return absl::StrCat(At(LineOf(path)), ": ", path);
  }

 private:
  std::string file_;
  absl::flat_hash_map<std::string, int> lines_;
};

}  // namespace acl

#endif  // ACL_ENCODING_PLACES_H_
