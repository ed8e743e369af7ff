#include "acl/server/metrics.h"

#include <iterator>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace acl::server {
namespace {

// Further workspaces are not shown one by one.
constexpr size_t kShownWorkspaces = 100;

const prometheus::Histogram::BucketBoundaries& Seconds() {
  static const auto& seconds = *new prometheus::Histogram::BucketBoundaries{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
      0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};
  return seconds;
}

prometheus::Family<prometheus::Counter>& CounterFamily(
    const char* name, const char* help, prometheus::Registry* registry) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = CounterFamily(
      "acl_http_requests_total", "Requests that were answered.", &registry);
  prometheus::Family<prometheus::Histogram>& request_seconds =
      prometheus::BuildHistogram()
          .Name("acl_http_request_seconds")
          .Help("How long an answer took, by route.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& decisions = CounterFamily(
      "acl_decisions_total",
      "Roles that were looked up and checked, by outcome.", &registry);
  prometheus::Counter& allowed = decisions.Add({{"outcome", "allowed"}});
  prometheus::Counter& denied = decisions.Add({{"outcome", "denied"}});
  prometheus::Family<prometheus::Counter>& changes =
      CounterFamily("acl_changes_total",
                    "Calls that change something, by outcome.", &registry);
  prometheus::Counter& changed = changes.Add({{"outcome", "changed"}});
  prometheus::Counter& unchanged = changes.Add({{"outcome", "unchanged"}});
  prometheus::Counter& replayed = changes.Add({{"outcome", "replayed"}});
  prometheus::Family<prometheus::Counter>& checkpoints =
      CounterFamily("acl_checkpoints_total",
                    "Checkpoints beside the work, by outcome.", &registry);
  prometheus::Counter& checkpoints_ok = checkpoints.Add({{"outcome", "ok"}});
  prometheus::Counter& checkpoints_failed =
      checkpoints.Add({{"outcome", "failed"}});
  prometheus::Histogram& syncs =
      prometheus::BuildHistogram()
          .Name("acl_journal_sync_seconds")
          .Help("How long the disk took to sync the journal.")
          .Register(registry)
          .Add({}, Seconds());

  // The counters of a request. Finding them among all labels takes longer than
  // answering some requests, so they are cached.
  struct Line {
    prometheus::Counter* requests;
    prometheus::Histogram* seconds;
  };
  Line LineOf(absl::string_view method, absl::string_view route, int status) {
    const std::lock_guard<std::mutex> lock(mutex);
    Line& line = lines[{method, route, status}];
    if (line.requests == nullptr) {
      line.requests = &requests.Add({{"method", std::string(method)},
                                     {"route", std::string(route)},
                                     {"status", absl::StrCat(status)}});
      line.seconds =
          &request_seconds.Add({{"route", std::string(route)}}, Seconds());
    }
    return line;
  }

  std::mutex mutex;
  absl::flat_hash_map<std::tuple<absl::string_view, absl::string_view, int>,
                      Line>
      lines;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::OnDecision(absl::string_view, Revision, bool allowed) {
  (allowed ? families_->allowed : families_->denied).Increment();
}

void Metrics::OnChange(absl::string_view, const Actor&,
                       const std::vector<Change>&, const ChangeOptions&,
                       const Receipt& receipt) {
  (receipt.replayed  ? families_->replayed
   : receipt.changed ? families_->changed
                     : families_->unchanged)
      .Increment();
}

void Metrics::OnRefusal(absl::string_view, const Actor&,
                        const std::vector<Change>&,
                        const absl::Status& refusal) {
  const Fault fault = FaultOf(refusal);
  if (fault == v1::OUTCOME_UNKNOWN || fault == v1::ENGINE_CLOSED) {
    writable_ = false;
  }
  families_->changes
      .Add({{"outcome", "refused"},
            {"fault", absl::AsciiStrToLower(v1::Fault_Name(fault))}})
      .Increment();
}

void Metrics::OnCheckpoint(const absl::Status& status) {
  (status.ok() ? families_->checkpoints_ok : families_->checkpoints_failed)
      .Increment();
}

void Metrics::OnRequest(absl::string_view method, absl::string_view route,
                        int status, absl::Duration took) {
  // Clients can send any word as a method.
  constexpr absl::string_view kKnown[] = {"GET",   "HEAD",   "POST",
                                          "PATCH", "DELETE", "none"};
  const auto* const known = absl::c_find(kKnown, method);
  const Families::Line line = families_->LineOf(
      known == std::end(kKnown) ? "other" : *known, route, status);
  line.requests->Increment();
  line.seconds->Observe(absl::ToDoubleSeconds(took));
}

void Metrics::OnSync(absl::Duration took) {
  families_->syncs.Observe(absl::ToDoubleSeconds(took));
}

namespace {

class Gauges {
 public:
  prometheus::Family<prometheus::Gauge>& Family(const char* name,
                                                const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
  }
  void Set(const char* name, const char* help, double value) {
    Family(name, help).Add({}).Set(value);
  }
  std::vector<prometheus::MetricFamily> Collect() const {
    return registry_.Collect();
  }

 private:
  prometheus::Registry registry_;
};

void AddEngine(const Engine& engine, Gauges* gauges) {
  auto& revisions =
      gauges->Family("acl_revision", "The latest revision of a workspace.");
  MemoryUsage sum;
  size_t workspaces = 0;
  for (const std::string& id : engine.WorkspaceIds()) {
    const absl::StatusOr<Workspace> workspace = engine.FindWorkspace(id);
    if (!workspace.ok()) continue;
    if (++workspaces <= kShownWorkspaces) {
      const absl::StatusOr<RevisionToken> token = workspace->Token();
      if (token.ok()) {
        revisions.Add({{"workspace", id}})
            .Set(static_cast<double>(token->revision));
      }
    }
    const MemoryUsage used = workspace->MemoryUsage();
    sum.grants += used.grants;
    sum.members += used.members;
    sum.reverse += used.reverse;
    sum.ids += used.ids;
    sum.index += used.index;
    sum.texts += used.texts;
    sum.directories += used.directories;
    sum.old_versions += used.old_versions;
    sum.unused += used.unused;
    sum.fixed += used.fixed;
  }
  gauges->Set("acl_workspaces", "Workspaces.", static_cast<double>(workspaces));
  auto& memory =
      gauges->Family("acl_memory_bytes", "Memory of all workspaces, by part.");
  const std::pair<const char*, uint64_t> parts[] = {
      {"grants", sum.grants},
      {"members", sum.members},
      {"reverse", sum.reverse},
      {"ids", sum.ids},
      {"index", sum.index},
      {"texts", sum.texts},
      {"directories", sum.directories},
      {"unused", sum.unused},
      {"fixed", sum.fixed}};
  for (const auto& [part, bytes] : parts) {
    memory.Add({{"part", part}}).Set(static_cast<double>(bytes));
  }
  gauges->Set("acl_memory_old_versions_bytes",
              "Of that: what only snapshots and readers keep alive.",
              static_cast<double>(sum.old_versions));
}

}  // namespace

std::string Metrics::Text(const Engine& engine,
                          const HttpCounters& http) const {
  Gauges gauges;
  AddEngine(engine, &gauges);
  gauges.Set("acl_writable", "Whether changes can be accepted.",
             writable_ ? 1 : 0);
  gauges.Set("acl_http_connections", "Connections now.",
             static_cast<double>(http.connections));
  gauges.Set("acl_http_connections_refused",
             "Connections refused for their number, in all.",
             static_cast<double>(http.connections_refused));
  gauges.Set("acl_http_requests_waiting",
             "Requests that wait for the disk or for another revision.",
             static_cast<double>(http.requests_waiting));
  std::vector<prometheus::MetricFamily> all = families_->registry.Collect();
  for (prometheus::MetricFamily& family : gauges.Collect()) {
    all.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace acl::server
