// Little-endian numbers, as in the files of a journal. Internal.
#ifndef ACL_JOURNAL_NUMBERS_H_
#define ACL_JOURNAL_NUMBERS_H_

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace acl {

template <class Number>
void PutNumber(Number number, std::string* to) {
  for (size_t i = 0; i < sizeof number; ++i) {
    to->push_back(static_cast<char>(number >> (8 * i) & 0xff));
  }
}

template <size_t kBytes>
absl::string_view BytesOf(const std::array<unsigned char, kBytes>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kBytes};
}

// Takes numbers and bytes from the front. REQUIRES: there are enough.
class Taker {
 public:
  explicit Taker(absl::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  Number Take() {
    Number number = 0;
    for (size_t i = 0; i < sizeof number; ++i) {
      const auto byte = static_cast<unsigned char>(bytes_[i]);
      number = static_cast<Number>(number | Number{byte} << (8 * i));
    }
    bytes_.remove_prefix(sizeof number);
    return number;
  }
  template <size_t kBytes>
  void Take(std::array<unsigned char, kBytes>* to) {
    std::memcpy(to->data(), bytes_.data(), kBytes);
    bytes_.remove_prefix(kBytes);
  }
  // Consumes these bytes, or as many others, and returns whether they were the
  // same.
  bool TakeSame(absl::string_view expected) {
    const bool same = bytes_.substr(0, expected.size()) == expected;
    bytes_.remove_prefix(expected.size());
    return same;
  }

 private:
  absl::string_view bytes_;
};

}  // namespace acl

#endif  // ACL_JOURNAL_NUMBERS_H_
