// Corrupts messages as if someone had tampered with them.
#ifndef TESTS_HISTORY_MUTATION_H_
#define TESTS_HISTORY_MUTATION_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace acl {

// Changes single fields at random: to nearby values, limits and nonsense.
// Entries of lists are removed, duplicated and swapped.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t Below(size_t limit) { return random_() % limit; }

  // Changes one field of the message or of a nested one.
  void Change(google::protobuf::Message* message);

 private:
  struct Place {
    google::protobuf::Message* message;
    const google::protobuf::FieldDescriptor* field;
  };
  void Collect(google::protobuf::Message* message);
  void ChangeList(const Place& place);
  void ChangeEntry(const Place& place, int index);
  void ChangeSingle(const Place& place);
  uint64_t Number(uint64_t old);
  std::string Text(std::string old);

  std::mt19937_64 random_;
  std::vector<Place> places_;
};

}  // namespace acl

#endif  // TESTS_HISTORY_MUTATION_H_
