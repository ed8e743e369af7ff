#include "bench/queries.h"

#include <algorithm>
#include <cmath>

namespace acl::bench {
namespace {

// Someone whom one of the grants reaches, or anyone if they reach nobody.
uint32_t Reached(const Generator& world, const std::vector<PlainGrant>& grants,
                 Random* random) {
  const auto anybody = [&] { return random->Below(world.shape().users); };
  if (grants.empty()) return anybody();
  const size_t first = random->Below(static_cast<uint32_t>(grants.size()));
  for (size_t i = 0; i < grants.size(); ++i) {
    const PlainGrant& grant = grants[(first + i) % grants.size()];
    if (grant.kind == TargetKind::kUser) return grant.target;
    if (grant.kind == TargetKind::kDefault) return anybody();
    const auto member = world.AnyMemberOf(grant.target, random);
    if (member.has_value()) return *member;
  }
  return anybody();
}

}  // namespace

// Rejection-inversion sampling: ln(x) is the integral of 1/x, which lies above
// the steps of the distribution when they are shifted by a half.
Zipf::Zipf(uint32_t size) : low_(std::log(0.5)), high_(std::log(size + 0.5)) {}

uint32_t Zipf::operator()(Random* random) const {
  while (true) {
    const double at = low_ + random->Fraction() * (high_ - low_);
    const double rank = std::max(1.0, std::round(std::exp(at)));
    // The area that belongs to this rank is at least 1/rank; accept exactly
    // that part.
    const double end = std::log(rank + 0.5);
    if (at >= end - 1.0 / rank) return static_cast<uint32_t>(rank) - 1;
  }
}

std::vector<Query> MakeQueries(const Generator& world, size_t count,
                               uint64_t seed) {
  Random random(seed);
  const Zipf zipf(world.shape().resources);
  const Permutation place(world.shape().resources, Mix(seed, 1));
  std::vector<Query> queries(count);
  std::vector<Query*> hits;
  for (size_t i = 0; i < count; ++i) {
    queries[i].resource = place(zipf(&random));
    queries[i].user = random.Below(world.shape().users);
    if (i % 2 == 0) hits.push_back(&queries[i]);
  }
  // Grouped by resource, since computing its grants may take long.
  std::stable_sort(
      hits.begin(), hits.end(),
      [](const Query* a, const Query* b) { return a->resource < b->resource; });
  std::vector<PlainGrant> grants;
  for (size_t i = 0; i < hits.size(); ++i) {
    Query& hit = *hits[i];
    if (i == 0 || hit.resource != hits[i - 1]->resource) {
      world.GrantsOf(hit.resource, &grants);
    }
    hit.user = Reached(world, grants, &random);
  }
  return queries;
}

size_t QueryCount(const WorldShape& shape) {
  const size_t wanted = size_t{4} * std::max(shape.users, shape.resources);
  size_t count = 4096;
  while (count < wanted && count < (size_t{1} << 22)) count *= 2;
  return count;
}

}  // namespace acl::bench
