// The server's counters, for Prometheus. Internal; docs/server.md lists them.
#ifndef ACL_SERVER_METRICS_H_
#define ACL_SERVER_METRICS_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/server/http/server.h"

namespace acl::server {

// Thread-safe. It is the engine's observer, and so must outlive it.
class Metrics : public Observer {
 public:
  Metrics();
  ~Metrics() override;

  void OnDecision(absl::string_view workspace, Revision revision,
                  bool allowed) override;
  void OnChange(absl::string_view workspace, const Actor& actor,
                const std::vector<Change>& changes,
                const ChangeOptions& options, const Receipt& receipt) override;
  void OnRefusal(absl::string_view workspace, const Actor& actor,
                 const std::vector<Change>& changes,
                 const absl::Status& refusal) override;
  void OnCheckpoint(const absl::Status& status) override;

  // A request was answered. `route` is one of a fixed set of words with static
  // lifetime.
  void OnRequest(absl::string_view method, absl::string_view route, int status,
                 absl::Duration took);
  // The journal was synced.
  void OnSync(absl::Duration took);

  // Whether changes can be accepted, as far as is known.
  bool writable() const { return writable_; }

  // Everything in Prometheus' text format, including the memory and revisions
  // of `engine` and the counters of `http`. O(workspaces); waits for changes in
  // progress.
  std::string Text(const Engine& engine, const HttpCounters& http) const;

 private:
  struct Families;

  const std::unique_ptr<Families> families_;
  std::atomic<bool> writable_{true};
};

}  // namespace acl::server

#endif  // ACL_SERVER_METRICS_H_
