// Texts by dense number, in pages that versions share. Internal.
#ifndef ACL_BASE_TEXT_TABLE_H_
#define ACL_BASE_TEXT_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"
#include "acl/base/heap.h"
#include "acl/base/table.h"

namespace acl {

// A persistent table of texts of up to 16 MiB; no text and the empty one are
// the same. In a page every text has a cell of the same width, so that its
// place is known without looking; one that is too long for a cell stands in a
// block of its own. Copying a table copies some words. Safe to read from any
// thread while another changes its own copy.
template <MemoryPart kPart>
class TextTable {
  // What is longer than a cell can be, less its first byte.
  static constexpr size_t kOutsideFrom = 64;
  static constexpr size_t kPointerBytes = sizeof(void*);
  static constexpr uint8_t kOutside = 255;
  static constexpr size_t kCellUnit = 4;
  struct Page : Block {
    uint32_t width;  // of a cell
    uint32_t cells;

    char* cell(uint32_t i) {
      return reinterpret_cast<char*>(this + 1) + size_t{i} * width;
    }
    const char* cell(uint32_t i) const {
      return reinterpret_cast<const char*>(this + 1) + size_t{i} * width;
    }
  };
  struct Text : Block {
    uint32_t size;
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const {
      return reinterpret_cast<const char*>(this + 1);
    }
  };

  static absl::string_view TextIn(const char* cell) {
    if (cell == nullptr) return {};
    const auto size = static_cast<uint8_t>(*cell);
    if (size != kOutside) return {cell + 1, size};
    const Text* text;
    std::memcpy(&text, cell + 1, kPointerBytes);
    return {text->bytes(), text->size};
  }

 public:
  // Valid as long as this version.
  absl::string_view Get(uint32_t number) const {
    return TextIn(CellOf(number));
  }

  // Get() for numbers of which neighbours often follow each other.
  class Scan {
   public:
    // The table has to live as long.
    explicit Scan(const TextTable& table) : table_(table) {}

    absl::string_view Get(uint32_t number) { return TextIn(CellOf(number)); }
    void Prefetch(uint32_t number) { __builtin_prefetch(CellOf(number)); }

   private:
    const char* CellOf(uint32_t number) {
      if (number >= table_.limit_) return nullptr;
      if (number / kPageRows != at_) {
        at_ = number / kPageRows;
        page_ = static_cast<const Page*>(table_.pages_.Get(at_));
      }
      const uint32_t i = number % kPageRows;
      return page_ == nullptr || i >= page_->cells ? nullptr : page_->cell(i);
    }

    const TextTable& table_;
    uint32_t at_ = ~uint32_t{0};
    const Page* page_ = nullptr;
  };

  // Begins to load the way to it, and then the text itself.
  void PrefetchPath(uint32_t number) const {
    if (number < limit_) pages_.PrefetchPath(number / kPageRows);
  }
  void Prefetch(uint32_t number) const { __builtin_prefetch(CellOf(number)); }

  // Empty to take it out.
  void Set(uint32_t number, absl::string_view text, Edit* edit) {
    if (text.empty() && Get(number).empty()) return;
    char* const cell = OwnCell(number, text.size(), edit);
    DropOutside(cell, edit);
    if (text.size() < kOutsideFrom) {
      *cell = static_cast<char>(text.size());
      std::memcpy(cell + 1, text.data(), text.size());
    } else {
      auto* const outside = edit->New<Text>(sizeof(Text) + text.size(), kPart);
      outside->size = static_cast<uint32_t>(text.size());
      std::memcpy(outside->bytes(), text.data(), text.size());
      *cell = static_cast<char>(kOutside);
      std::memcpy(cell + 1, &outside, kPointerBytes);
    }
    if (text.empty()) DropIfEmpty(number / kPageRows, edit);
  }

 private:
  const char* CellOf(uint32_t number) const {
    if (number >= limit_) return nullptr;
    const auto* page = static_cast<const Page*>(pages_.Get(number / kPageRows));
    const uint32_t i = number % kPageRows;
    return page == nullptr || i >= page->cells ? nullptr : page->cell(i);
  }

  static void DropOutside(const char* cell, Edit* edit) {
    if (static_cast<uint8_t>(*cell) != kOutside) return;
    Text* text;
    std::memcpy(&text, cell + 1, kPointerBytes);
    edit->Drop(text);
  }

  // The cell, with room for `size` bytes, in a page that only this edit knows.
  char* OwnCell(uint32_t number, size_t size, Edit* edit) {
    const uint32_t at = number / kPageRows;
    if (number >= limit_) {
      limit_ = (at + 1) * kPageRows;
      pages_.Reserve(at, edit);
    }
    auto* page = static_cast<Page*>(pages_.GetMutable(at));
    const size_t needed = size < kOutsideFrom ? 1 + size : 1 + kPointerBytes;
    const size_t width = (needed + kCellUnit - 1) / kCellUnit * kCellUnit;
    const uint32_t i = number % kPageRows;
    if (page == nullptr || !edit->Owns(page) || page->width < width ||
        page->cells <= i) {
      page = Replace(at, page, width, i + 1, edit);
    }
    return page->cell(i);
  }

  Page* Replace(uint32_t at, Page* old, size_t width, uint32_t cells,
                Edit* edit) {
    // All but the first page fill up: they get all cells at once.
    uint32_t count = at > 0 ? kPageRows : 1;
    if (old != nullptr) {
      width = std::max<size_t>(width, old->width);
      count = std::max(count, old->cells);
    }
    while (count < cells) count *= 2;
    auto* const page = edit->New<Page>(sizeof(Page) + count * width, kPart);
    page->width = static_cast<uint32_t>(width);
    page->cells = count;
    std::memset(page->cell(0), 0, count * width);
    for (uint32_t i = 0; old != nullptr && i < old->cells; ++i) {
      std::memcpy(page->cell(i), old->cell(i), old->width);
    }
    pages_.Set(at, page, edit);
    if (old != nullptr) edit->Drop(old);
    return page;
  }

  void DropIfEmpty(uint32_t at, Edit* edit) {
    auto* const page = static_cast<Page*>(pages_.GetMutable(at));
    for (uint32_t i = 0; i < page->cells; ++i) {
      if (*page->cell(i) != 0) return;
    }
    pages_.Set(at, nullptr, edit);
    edit->Drop(page);
  }

  PageTree pages_;
  uint32_t limit_ = 0;  // numbers from here on have no page
};

}  // namespace acl

#endif  // ACL_BASE_TEXT_TABLE_H_
