#include "tests/concurrency/gap.h"

#include <utility>

namespace acl {
namespace {

std::function<void()>& TheGap() {
  static auto& gap = *new std::function<void()>([] {});
  return gap;
}

}  // namespace

void Gap() { TheGap()(); }

void concurrency::SetGap(std::function<void()> gap) {
  TheGap() = std::move(gap);
}

}  // namespace acl
