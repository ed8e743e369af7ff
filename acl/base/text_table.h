// Texts by dense number, in pages shared between versions. Internal.
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

// A persistent table of texts of up to 16 MiB; no text and the empty text are
// the same. All cells of a page have the same width, which is stored in the
// pointer to the page, so the location of a text is known before the page is
// read. A text too long for a cell has its own block. Copying a table copies a
// few words. Safe to read from any thread while another changes its own copy.
template <MemoryPart kPart>
class TextTable {
  // A text of this size or more does not fit into any cell: its first byte is
  // the size.
  static constexpr size_t kOutsideFrom = 64;
  static constexpr size_t kPointerBytes = sizeof(void*);
  static constexpr uint8_t kOutside = 255;
  static constexpr size_t kCellUnit = 4;

  // A block of cells as stored in the tree of pages: blocks begin at multiples
  // of sixteen, so the lowest four bits can hold the cell width.
  class Page {
   public:
    Page() = default;
    explicit Page(Block* kept) : kept_(reinterpret_cast<char*>(kept)) {}
    Page(Block* block, size_t width)
        : kept_(reinterpret_cast<char*>(block) + (width / kCellUnit - 1)) {}

    explicit operator bool() const { return kept_ != nullptr; }
    Block* kept() const { return reinterpret_cast<Block*>(kept_); }
    Block* block() const { return reinterpret_cast<Block*>(kept_ - code()); }
    size_t width() const { return (code() + 1) * kCellUnit; }
    char* cell(uint32_t i) const {
      return reinterpret_cast<char*>(block() + 1) + i * width();
    }

   private:
    size_t code() const { return reinterpret_cast<uintptr_t>(kept_) & 15; }

    char* kept_ = nullptr;
  };
  static_assert(kOutsideFrom == 16 * kCellUnit, "all widths have four bits");

  struct Text : Block {
    uint32_t size;
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const {
      return reinterpret_cast<const char*>(this + 1);
    }
  };

 public:
  // The location of a text, if there is one, so that it can be prefetched
  // before it is read. Valid as long as this version.
  class Cell {
   public:
    Cell() = default;  // must be assigned before use

    // Prefetches the text, including a possible second cache line.
    void Prefetch() const {
      __builtin_prefetch(at_);
      __builtin_prefetch(at_ + last_);
    }
    absl::string_view Get() const {
      if (at_ == nullptr) return {};
      const auto size = static_cast<uint8_t>(*at_);
      if (size != kOutside) return {at_ + 1, size};
      const Text* text;
      std::memcpy(&text, at_ + 1, kPointerBytes);
      return {text->bytes(), text->size};
    }

   private:
    friend TextTable;
    Cell(Page page, uint32_t i)
        : at_(page ? page.cell(i) : nullptr),
          last_(page ? page.width() - 1 : 0) {}

    const char* at_;
    size_t last_;  // last byte of the cell
  };

  // A text looked up in two steps, so that what the second step reads can be
  // prefetched. Valid as long as this table exists and does not change.
  class Path {
   public:
    Path() = default;  // must be assigned before use

    // Prefetches what cell() reads.
    void Prefetch() const { __builtin_prefetch(page_); }
    Cell cell() const { return Cell(Page(*page_), i_); }

   private:
    friend TextTable;
    Path(Block* const* page, uint32_t i) : page_(page), i_(i) {}

    Block* const* page_;
    uint32_t i_;
  };
  Path PathTo(uint32_t number) const {
    return Path(number < limit_ ? pages_.PlaceOf(number / kPageRows)
                                : PageTree::Nowhere(),
                number % kPageRows);
  }

  // Valid as long as this version.
  absl::string_view Get(uint32_t number) const {
    return PathTo(number).cell().Get();
  }

  // Get() for a sequence of numbers in which neighbours often follow each
  // other.
  class Scan {
   public:
    // `table` must outlive the scan.
    explicit Scan(const TextTable& table) : table_(table) {}

    absl::string_view Get(uint32_t number) { return CellOf(number).Get(); }
    void Prefetch(uint32_t number) { CellOf(number).Prefetch(); }

   private:
    Cell CellOf(uint32_t number) {
      if (number >= table_.limit_) return Cell(Page(), 0);
      if (number / kPageRows != at_) {
        at_ = number / kPageRows;
        page_ = table_.PageAt(at_);
      }
      return Cell(page_, number % kPageRows);
    }

    const TextTable& table_;
    uint32_t at_ = ~uint32_t{0};
    Page page_;
  };

  // Sets a text; empty removes it.
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
  // REQUIRES: Reserve() has made room for it.
  Page PageAt(uint32_t at) const { return Page(pages_.Get(at)); }

  // Only page 0 can be short, and only while it is the last.
  uint32_t CellsOn(uint32_t at) const {
    return at == 0 ? std::min(limit_, kPageRows) : kPageRows;
  }

  static void DropOutside(const char* cell, Edit* edit) {
    if (static_cast<uint8_t>(*cell) != kOutside) return;
    Text* text;
    std::memcpy(&text, cell + 1, kPointerBytes);
    edit->Drop(text);
  }

  // The cell, with room for `size` bytes, on a page reachable only from this
  // edit.
  char* OwnCell(uint32_t number, size_t size, Edit* edit) {
    Reserve(number, edit);
    const uint32_t at = number / kPageRows;
    Page page = PageAt(at);
    const size_t needed = size < kOutsideFrom ? 1 + size : 1 + kPointerBytes;
    const size_t width = (needed + kCellUnit - 1) / kCellUnit * kCellUnit;
    if (!page || !edit->Owns(page.block()) || page.width() < width) {
      page = Replace(at, width, CellsOn(at), edit);
    }
    return page.cell(number % kPageRows);
  }

  // Makes room for the number.
  void Reserve(uint32_t number, Edit* edit) {
    if (number < limit_) return;
    const uint32_t before = CellsOn(0);
    limit_ = GrownLimit(limit_, number, kPageRows);
    pages_.Reserve(number / kPageRows, edit);
    if (before != 0 && before < CellsOn(0) && PageAt(0)) {
      Replace(0, kCellUnit, before, edit);
    }
  }

  // Replaces a page, or adds one, with cells of at least `width`; the first
  // `kept` cells are copied.
  Page Replace(uint32_t at, size_t width, uint32_t kept, Edit* edit) {
    const Page old = PageAt(at);
    if (old) width = std::max(width, old.width());
    const size_t bytes = CellsOn(at) * width;
    const Page page(edit->New<Block>(sizeof(Block) + bytes, kPart), width);
    std::memset(page.cell(0), 0, bytes);
    for (uint32_t i = 0; old && i < kept; ++i) {
      std::memcpy(page.cell(i), old.cell(i), old.width());
    }
    pages_.Set(at, page.kept(), edit);
    if (old) edit->Drop(old.block());
    return page;
  }

  void DropIfEmpty(uint32_t at, Edit* edit) {
    const Page page = PageAt(at);
    for (uint32_t i = 0; i < CellsOn(at); ++i) {
      if (*page.cell(i) != 0) return;
    }
    pages_.Set(at, nullptr, edit);
    edit->Drop(page.block());
  }

  PageTree pages_;
  uint32_t limit_ = 0;  // numbers from here on have no page
};

}  // namespace acl

#endif  // ACL_BASE_TEXT_TABLE_H_
