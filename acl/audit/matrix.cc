#include "acl/audit/matrix.h"

#include <array>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "acl/base/fault.h"
#include "nlohmann/json.hpp"

namespace acl {
namespace {

constexpr std::array<const char*, 6> kColumns = {"workspace", "subject_kind",
                                                 "subject",   "resource_type",
                                                 "resource",  "role"};

using Row = std::array<absl::string_view, kColumns.size()>;

// Calls `write` for every row; stops if it returns false.
absl::Status VisitRows(const std::vector<Snapshot>& workspaces,
                       const ProgressSink& progress,
                       absl::FunctionRef<bool(const Row&)> write) {
  uint64_t rows = 0;
  for (const Snapshot& workspace : workspaces) {
    const std::string id = workspace.id();
    absl::flat_hash_map<Role, std::string> names;
    absl::Status status =
        workspace.VisitMatrix([&](const PrincipalId& principal,
                                  const ResourceRef& resource, Role role) {
          std::string& name = names[role];
          if (name.empty()) name = workspace.RoleName(role);
          if (progress && ++rows % 1024 == 0) progress(rows, 0);
          return write({id, KindWord(principal.kind()), principal.id(),
                        resource.type, resource.id, name});
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void AppendCsv(absl::string_view field, std::string* line) {
  if (field.find_first_of(",\"") == absl::string_view::npos) {
    absl::StrAppend(line, field);
  } else {
    absl::StrAppend(line, "\"", absl::StrReplaceAll(field, {{"\"", "\"\""}}),
                    "\"");
  }
}

// OK if `out` accepted everything, including what it had buffered.
absl::Status Finish(std::ostream& out) {
  if (out.flush().good()) return absl::OkStatus();
  return Refuse(v1::CANCELLED_BY_CALLER,
                "the matrix could not be written as a whole");
}

}  // namespace

absl::Status WriteMatrixCsv(const std::vector<Snapshot>& workspaces,
                            std::ostream& out, const ProgressSink& progress) {
  for (size_t i = 0; i < kColumns.size(); ++i) {
    out << (i == 0 ? "" : ",") << kColumns[i];
  }
  out << "\n";
  std::string line;
  absl::Status status = VisitRows(workspaces, progress, [&](const Row& row) {
    line.clear();
    for (const absl::string_view field : row) {
      if (!line.empty()) line += ',';
      AppendCsv(field, &line);
    }
    line += '\n';
    out << line;
    return out.good();
  });
  if (!status.ok()) return status;
  return Finish(out);
}

absl::Status WriteMatrixJson(const std::vector<Snapshot>& workspaces,
                             std::ostream& out, const ProgressSink& progress) {
  const char* before = "[\n";
  absl::Status status = VisitRows(workspaces, progress, [&](const Row& row) {
    nlohmann::ordered_json object;
    for (size_t i = 0; i < row.size(); ++i) {
      object[kColumns[i]] = std::string(row[i]);
    }
    out << before << object.dump();
    before = ",\n";
    return out.good();
  });
  if (!status.ok()) return status;
  out << (before[0] == '[' ? "[]\n" : "\n]\n");
  return Finish(out);
}

}  // namespace acl
