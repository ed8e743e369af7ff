#include "acl/world/world_importer.h"

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {

absl::Status WorldImporter::Add(const v1::Workspace& part) {
  const std::string path = absl::StrCat("workspaces[", parts_, "]");
  if (!part.continued()) {
    FinishWorkspace();
    if (absl::Status s = Begin(part.id(), path); !s.ok()) return s;
  } else if (workspace_ == nullptr) {
    AddWorldFault(
        path + ".continued",
        Refuse(v1::MALFORMED, "goes on with nothing; it is the first"),
        &faults_);
    if (absl::Status s = Begin(absl::StrCat("\n", parts_), path); !s.ok()) {
      return s;
    }
  }
  workspace_->Add(part, path);
  ++parts_;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<State>> WorldImporter::Finish(
    std::vector<WorldFault>* faults) {
  FinishWorkspace();
  if (faults_.empty()) return std::move(states_);
  absl::Status refusal = AsRefusal(faults_);
  if (faults != nullptr) *faults = std::move(faults_);
  return refusal;
}

absl::Status WorldImporter::Begin(const std::string& id,
                                  const std::string& path) {
  absl::StatusOr<State> state = new_state_();
  if (!state.ok()) return state.status();
  const auto [first, is_new] = seen_.emplace(id, path);
  if (!is_new) {
    AddWorldFault(path + ".id",
                  Refuse(v1::ALREADY_EXISTS,
                         absl::StrCat("workspace ", Quoted(id),
                                      " stands in the world already, at ",
                                      first->second)),
                  &faults_);
  }
  workspace_ = std::make_unique<WorkspaceImporter>(*std::move(state), &faults_);
  return absl::OkStatus();
}

void WorldImporter::FinishWorkspace() {
  if (workspace_ == nullptr) return;
  State state = workspace_->Finish();
  // Once there is a fault, only the faults matter.
  if (faults_.empty()) {
    states_.push_back(std::move(state));
  } else {
    states_ = {};
  }
  workspace_ = nullptr;
}

}  // namespace acl
