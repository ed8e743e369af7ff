#include "tests/oracle/small_world_walk.h"

#include <utility>

namespace acl::compare {

SmallWorldWalk::SmallWorldWalk(Tally* tally)
    : tally_(*tally), world_(tally), seen_(SmallWorld::kCodes) {}

void SmallWorldWalk::Directory(size_t index) {
  world_.MoveTo(DirectoryAt(index));
  // Goes through the creators up and down in turn, so that the directory
  // changes while the resource has grants.
  const bool up = std::exchange(up_, !up_);
  for (int i = 0; i < kCreators && !tally_.difference(); ++i) {
    const int creator = up ? i : kCreators - 1 - i;
    if (creator != creator_) world_.NewResource(creator);
    creator_ = creator;
    Grants(GrantsOf(creator));
  }
}

// Goes from the end where the grants are to the other end.
void SmallWorldWalk::Grants(size_t count) {
  const bool up = world_.grants_at() == 0;
  for (size_t i = 0; i < count && !tally_.difference(); ++i) {
    world_.MoveGrants(up ? i : count - 1 - i);
    world_.Compare();
    const size_t code = world_.Code();
    if (!seen_[code]) ++distinct_;
    seen_[code] = true;
  }
}

}  // namespace acl::compare
