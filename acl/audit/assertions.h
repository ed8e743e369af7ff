// Assertion files: a world, changes, and the expected answers. A public header;
// proto/acl/v1/assertion.proto and docs/assertions.md specify the format.
#ifndef ACL_AUDIT_ASSERTIONS_H_
#define ACL_AUDIT_ASSERTIONS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/engine.h"
#include "proto/acl/v1/assertion.pb.h"

namespace acl {

// The answer of a door, in the words of assertion files.
struct RoleFacts {
  std::string role;
  std::string reason;
  std::vector<std::string> path;
};
struct ExplanationFacts {
  std::vector<std::string> sources;   // `ROLE REASON`
  std::vector<std::string> remedies;  // `grant raises 1`
};
// A list of references and roles, in order.
using ListFacts = std::vector<std::pair<std::string, std::string>>;

// `creator`, `workspace_admin`, `direct`, `key`, `group:ID`, `baseline`.
std::string ReasonOf(const Source& source);

// A way to reach the engine: the library, the command, or a server. Assertion
// files can run through any of them. Refusals are returned with their fault.
class Door {
 public:
  virtual ~Door() = default;

  // Starts over with a world. `faults` receives what is wrong in it.
  virtual absl::Status Load(const v1::World& world,
                            std::vector<WorldFault>* faults) = 0;
  // The world file at `path`, with faults as one refusal.
  virtual absl::Status LoadFile(const std::string& path) = 0;

  // `workspace` may be empty if the world has only one.
  virtual absl::StatusOr<Receipt> Apply(const std::string& workspace,
                                        const v1::ApplyAssertion& call) = 0;
  virtual absl::StatusOr<bool> Check(const std::string& workspace,
                                     const std::string& subject,
                                     const std::string& role,
                                     const std::string& resource) = 0;
  virtual absl::StatusOr<RoleFacts> Role(const std::string& workspace,
                                         const std::string& subject,
                                         const std::string& resource) = 0;
  virtual absl::StatusOr<ExplanationFacts> Explain(const std::string& workspace,
                                                   const std::string& subject,
                                                   const std::string& resource,
                                                   const std::string& role) = 0;
  virtual absl::StatusOr<ListFacts> ListResources(const std::string& workspace,
                                                  const std::string& subject,
                                                  const std::string& min_role,
                                                  const std::string& type) = 0;
  virtual absl::StatusOr<ListFacts> ListPrincipals(
      const std::string& workspace, const std::string& resource,
      const std::string& min_role) = 0;

  // The roles of the ladder, for parsing assertion strings.
  virtual absl::StatusOr<std::vector<std::string>> Roles(
      const std::string& workspace) = 0;
  // Further explanation of an answer, for people; may be empty.
  virtual std::string Comment(const std::string& workspace,
                              const std::string& subject,
                              const std::string& resource) = 0;
};

// One assertion that does not hold.
struct FailedAssertion {
  std::string place;    // `FILE:LINE`, or `FILE: PATH`
  std::string what;     // `role of user:bob on voice:v: expected ...`
  std::string comment;  // more lines, such as an explanation; may be empty
};

struct TestOutcome {
  std::string name;
  size_t assertions = 0;
  std::vector<FailedAssertion> failed;
};

// The result of a file. `error` is not OK if it could not be run at all.
struct FileOutcome {
  std::string file;
  std::string name;
  absl::Status error;
  std::vector<TestOutcome> tests;

  size_t assertions() const;
  size_t failed() const;
};

// Reads and runs an assertion file through a door. It always returns an
// outcome: if the file can't be used, its `error` is FILE_MALFORMED or
// FILE_ACCESS.
FileOutcome RunAssertionFile(const std::string& path, Door* door);

// The same for bytes that were read from `path`.
FileOutcome RunAssertions(const std::string& path, absl::string_view bytes,
                          Door* door);

// The parts of `RESOURCE#ROLE@SUBJECT`.
struct AssertionString {
  std::string resource;
  std::string role;
  std::string subject;
};

// Ids may contain `#` and `@`: the string is split where one of `roles` is
// between the two and a subject follows. MALFORMED if there is no such place,
// or more than one.
absl::StatusOr<AssertionString> ParseAssertionString(
    absl::string_view text, const std::vector<std::string>& roles);

// Outcomes as JUnit XML, for pipelines: a test suite for each file.
std::string JUnitXml(const std::vector<FileOutcome>& outcomes);

}  // namespace acl

#endif  // ACL_AUDIT_ASSERTIONS_H_
