// Counts comparisons, and keeps the first difference.
#ifndef TESTS_ORACLE_TALLY_H_
#define TESTS_ORACLE_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace acl::compare {

// The kinds of answers, which are counted separately.
enum class Answer {
  kChange,
  kReceiptField,
  kRole,
  kRoleByHandle,
  kRoles,
  kCheck,
  kCheckByHandle,
  kCheckMany,
  kRefusedQuestion,
  kExplanation,
  kRemedies,
  kListedResource,
  kListedPrincipal,
  kMatrix,
  kHandle,
  kStaleHandle,
  kExport,
  kImport,
  kCount,
};

const char* WordOf(Answer answer);

// A question with different answers.
struct Difference {
  size_t call = 0;  // the call after which it was asked, or whose answer it is
  std::string question;  // for people
  std::string engine;
  std::string oracle;
  std::string world;  // as YAML; for a history, before the call
};

// The question, both answers and the world, for people.
std::string ToString(const Difference& difference);

// Counts comparisons and keeps the first difference.
class Tally {
 public:
  // Records a comparison. Calls `describe` only for the first difference.
  template <class Describe>
  void Same(Answer answer, bool same, const Describe& describe) {
    ++counts_[static_cast<size_t>(answer)];
    if (same || difference_) return;
    difference_ = describe();
  }
  // Compares two texts.
  void SameText(Answer answer, const std::string& question,
                const std::string& engine, const std::string& oracle) {
    Same(answer, engine == oracle, [&] {
      return Difference{0, question, engine, oracle, ""};
    });
  }
  // Counts what was compared as part of something else.
  void Count(Answer answer, size_t times) {
    counts_[static_cast<size_t>(answer)] += times;
  }

  uint64_t count(Answer answer) const {
    return counts_[static_cast<size_t>(answer)];
  }
  uint64_t total() const;
  const std::optional<Difference>& difference() const { return difference_; }
  std::optional<Difference>& difference() { return difference_; }

 private:
  std::array<uint64_t, static_cast<size_t>(Answer::kCount)> counts_ = {};
  std::optional<Difference> difference_;
};

}  // namespace acl::compare

#endif  // TESTS_ORACLE_TALLY_H_
