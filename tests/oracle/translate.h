// Translates the engine's types into the oracle's, and both into text for
// comparisons.
#ifndef TESTS_ORACLE_TRANSLATE_H_
#define TESTS_ORACLE_TRANSLATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/base/reference.h"
#include "acl/engine.h"
#include "acl/share/change.h"
#include "acl/share/explanation.h"
#include "acl/share/receipt.h"
#include "acl/share/request.h"
#include "proto/acl/v1/world.pb.h"
#include "tests/oracle/history.h"
#include "tests/oracle/model.h"

namespace acl::compare {

oracle::Subject ToOracle(const acl::Subject& subject);
oracle::Actor ToOracle(const acl::Actor& actor);
oracle::ResourceId ToOracle(const acl::ResourceId& resource);
oracle::Change ToOracle(const acl::Change& change);
oracle::Options ToOracle(const acl::ChangeOptions& options);
// The state of a new workspace.
oracle::State ToOracle(const acl::WorkspaceSettings& settings);

// "PermissionDenied NOT_ADMIN", followed by " @2" for a change in a batch. A
// call with a single change names no index.
std::string TextOf(const absl::Status& refusal);
std::string TextOf(const oracle::Fault& refusal, size_t batch_size = 1);

std::string TextOf(const acl::Source& source);
std::string TextOf(const oracle::Source& source);

// Every field, one to a line.
std::string TextOf(const acl::Receipt& receipt);
std::string TextOf(const oracle::Receipt& receipt,
                   const std::vector<acl::Change>& changes, bool dry_run);

// Whether the texts would be equal, but faster.
bool SameReceipt(const acl::Receipt& engine, const oracle::Receipt& oracle,
                 const std::vector<acl::Change>& changes, bool dry_run);

// Everything but the remedies, and the remedies alone.
std::string TextOf(const acl::Explanation& explanation);
std::string TextOf(const oracle::Explanation& explanation,
                   const std::string& asked, bool allowed);
std::string TextOf(const std::vector<acl::Remedy>& remedies);
std::string TextOf(const std::vector<oracle::Remedy>& remedies);

acl::SourceKind KindOf(const std::optional<oracle::Source>& witness);
acl::SourceKind KindOf(oracle::SourceKind kind);
std::string TextOf(const oracle::Principal& principal);
std::string TextOf(const oracle::Target& target);  // as stored

// The expected export of the model.
v1::Workspace ExportOf(const oracle::Model& model, const std::string& id);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_TRANSLATE_H_
