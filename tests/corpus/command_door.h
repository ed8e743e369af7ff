// Asks the command: every question is an invocation of `acl` on a world file,
// answered in JSON.
#ifndef TESTS_CORPUS_COMMAND_DOOR_H_
#define TESTS_CORPUS_COMMAND_DOOR_H_

#include <string>
#include <vector>

#include "acl/audit/assertions.h"
#include "nlohmann/json.hpp"

namespace acl {

class CommandDoor : public Door {
 public:
  // Keeps its files in `folder`.
  explicit CommandDoor(std::string folder);

  absl::Status Load(const v1::World& world,
                    std::vector<WorldFault>* faults) override;
  absl::Status LoadFile(const std::string& path) override;
  absl::StatusOr<Receipt> Apply(const std::string& workspace,
                                const v1::ApplyAssertion& call) override;
  absl::StatusOr<bool> Check(const std::string& workspace,
                             const std::string& subject,
                             const std::string& role,
                             const std::string& resource) override;
  absl::StatusOr<RoleFacts> Role(const std::string& workspace,
                                 const std::string& subject,
                                 const std::string& resource) override;
  absl::StatusOr<ExplanationFacts> Explain(const std::string& workspace,
                                           const std::string& subject,
                                           const std::string& resource,
                                           const std::string& role) override;
  absl::StatusOr<ListFacts> ListResources(const std::string& workspace,
                                          const std::string& subject,
                                          const std::string& min_role,
                                          const std::string& type) override;
  absl::StatusOr<ListFacts> ListPrincipals(
      const std::string& workspace, const std::string& resource,
      const std::string& min_role) override;
  absl::StatusOr<std::vector<std::string>> Roles(
      const std::string& workspace) override;
  std::string Comment(const std::string& workspace, const std::string& subject,
                      const std::string& resource) override;

 private:
  using Json = nlohmann::ordered_json;

  // Returns what an invocation printed, or a refusal with the fault that it
  // named.
  absl::StatusOr<Json> Run(const std::string& workspace,
                           std::vector<std::string> arguments) const;
  // Returns the answer of the one workspace that was asked.
  absl::StatusOr<Json> Ask(const std::string& workspace,
                           std::vector<std::string> arguments) const;

  const std::string folder_;
  const std::string world_;  // the file
};

}  // namespace acl

#endif  // TESTS_CORPUS_COMMAND_DOOR_H_
