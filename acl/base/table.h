// Rows by dense number, in pages shared between versions. Internal;
// docs/store.md describes the layout.
#ifndef ACL_BASE_TABLE_H_
#define ACL_BASE_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "acl/base/heap.h"

namespace acl {

// Pages by number: a tree whose nodes have 128 children. A value; copying it
// copies two words.
class PageTree {
 public:
  // The location of the pointer to the page, so that the page can be
  // prefetched; it holds null if there is no such page. REQUIRES: Reserve() has
  // made room for the page.
  Block* const* PlaceOf(uint32_t page) const {
    // The two lowest levels are unrolled: most trees have no more.
    Block* const* place = &root_;
    for (int level = levels_; level > 2; --level) {
      place = ChildOf(*place, page >> (kBits * (level - 1)));
    }
    if (levels_ > 1) place = ChildOf(*place, page >> kBits);
    if (levels_ > 0) place = ChildOf(*place, page);
    return place;
  }
  // A location that holds null.
  static Block* const* Nowhere() { return &kNoPage; }
  // The page, or null. REQUIRES: Reserve() has made room for it.
  Block* Get(uint32_t page) const { return *PlaceOf(page); }

  // Makes room for pages up to this one.
  void Reserve(uint32_t page, Edit* edit);

  // Sets a page, or removes it with null. Does not drop the old one. REQUIRES:
  // Reserve() has made room for it.
  void Set(uint32_t page, Block* block, Edit* edit);

  // Drops the tree with all its pages.
  void Clear(Edit* edit);

 private:
  static constexpr int kBits = 7;
  static constexpr uint32_t kFan = 1u << kBits;
  struct Node : Block {
    Block* children[kFan];
  };

  static constexpr Block* kNoPage = nullptr;
  static Block* const* ChildOf(const Block* node, uint32_t number) {
    if (node == nullptr) return &kNoPage;
    return &static_cast<const Node*>(node)->children[number & (kFan - 1)];
  }
  static uint32_t Index(uint32_t page, int level) {
    return page >> (kBits * (level - 1)) & (kFan - 1);
  }
  static Node* NewNode(Edit* edit);
  static void DropAll(Block* at, int level, Edit* edit);
  static Block* SetIn(Block* at, int level, uint32_t page, Block* block,
                      Edit* edit);

  Block* root_ = nullptr;  // with no levels: page 0
  int levels_ = 0;
};

// The number of rows, or texts, on a page of a table; the only page of a small
// table may have fewer.
constexpr uint32_t kPageRows = 32;

// The new limit of a table that has room for numbers below `limit` and needs
// room for `number`, which is not below it: whole pages, or a power of two as
// long as a single page is enough.
inline uint32_t GrownLimit(uint32_t limit, uint32_t number, uint32_t rows) {
  if (number >= rows) return (number / rows + 1) * rows;
  limit = std::max(limit, 1u);
  while (limit <= number) limit *= 2;
  return limit;
}

// A persistent table: a copy of it stays unchanged while another is changed.
// Changing a row copies its page and the path to it, once per edit. Row is a
// plain value whose default means that there is nothing; rows of 64 bytes are
// aligned to cache lines. Copying a table copies a few words. Safe to read from
// any thread while another changes its own copy.
template <class Row, MemoryPart kPart>
class Table {
  static_assert(std::is_trivially_copyable<Row>::value, "rows are copied");
  // Fewer rows of 64 bytes: a change copies a page, and each row is a cache
  // miss.
  static constexpr uint32_t kRows = sizeof(Row) == 64 ? 16 : kPageRows;

 public:
  // A row looked up in two steps, so that what the second step reads can be
  // prefetched. Valid as long as this table exists and does not change.
  class Path {
   public:
    Path() = default;  // must be assigned before use

    // Prefetches what Get() reads.
    void Prefetch() const { __builtin_prefetch(page_); }
    const Row* Get() const {
      return *page_ == nullptr ? nullptr : RowsOf(*page_) + row_;
    }
    // The same, with a default row instead of null.
    const Row& GetOrNone() const {
      static constexpr Row kNone = {};
      return *page_ == nullptr ? kNone : RowsOf(*page_)[row_];
    }

   private:
    friend Table;
    Path(Block* const* page, uint32_t row) : page_(page), row_(row) {}

    Block* const* page_;
    uint32_t row_;
  };
  Path PathTo(uint32_t number) const {
    return Path(
        number < limit_ ? pages_.PlaceOf(number / kRows) : PageTree::Nowhere(),
        number % kRows);
  }

  // The row, or null if its page does not exist. Valid as long as this version.
  const Row* Get(uint32_t number) const { return PathTo(number).Get(); }

  // The row, to be changed by this edit. REQUIRES: Get() is not null.
  Row& Own(uint32_t number, Edit* edit) {
    return OwnPage(number, edit)[number % kRows];
  }

  // The same for a row that may not exist yet, which starts as the default.
  Row& Add(uint32_t number, Edit* edit) {
    Reserve(number, edit);
    return OwnPage(number, edit)[number % kRows];
  }

  // Resets the row to the default; removes its page if `is_empty` is true of
  // all rows on it.
  template <class IsEmpty>
  void Erase(uint32_t number, const IsEmpty& is_empty, Edit* edit) {
    Own(number, edit) = Row();
    Block* page = pages_.Get(number / kRows);
    const Row* rows = RowsOf(page);
    if (!std::all_of(rows, rows + RowsOn(number / kRows), is_empty)) return;
    pages_.Set(number / kRows, nullptr, edit);
    edit->Drop(page);
  }

  // Get() for a sequence of numbers in which neighbours often follow each
  // other.
  class Scan {
   public:
    // `table` must outlive the scan.
    explicit Scan(const Table& table) : table_(table) {}

    const Row* Get(uint32_t number) {
      if (number >= table_.limit_) return nullptr;
      if (number / kRows != page_) {
        page_ = number / kRows;
        const Block* const page = table_.pages_.Get(page_);
        rows_ = page == nullptr ? nullptr : RowsOf(page);
      }
      return rows_ == nullptr ? nullptr : rows_ + number % kRows;
    }

   private:
    const Table& table_;
    uint32_t page_ = ~uint32_t{0};
    const Row* rows_ = nullptr;
  };

  // Frees the memory of a table that is no longer used.
  void Clear(Edit* edit) {
    pages_.Clear(edit);
    limit_ = 0;
  }

 private:
  static constexpr size_t kHeader = sizeof(Row) == 64 ? 64 : sizeof(Block);

  static Row* RowsOf(Block* page) {
    return reinterpret_cast<Row*>(reinterpret_cast<char*>(page) + kHeader);
  }
  static const Row* RowsOf(const Block* page) {
    return reinterpret_cast<const Row*>(reinterpret_cast<const char*>(page) +
                                        kHeader);
  }

  // Only page 0 can be short, and only while it is the last.
  uint32_t RowsOn(uint32_t page) const {
    return page == 0 ? std::min(limit_, kRows) : kRows;
  }

  // Makes room for the number.
  void Reserve(uint32_t number, Edit* edit) {
    if (number < limit_) return;
    const uint32_t before = std::min(limit_, kRows);
    Block* const first = limit_ == 0 ? nullptr : pages_.Get(0);
    limit_ = GrownLimit(limit_, number, kRows);
    pages_.Reserve(number / kRows, edit);
    if (first != nullptr && RowsOn(0) > before) {
      Replace(0, first, edit, before);
    }
  }

  // The rows of a number's page, which is created or copied if necessary.
  Row* OwnPage(uint32_t number, Edit* edit) {
    Block* page = pages_.Get(number / kRows);
    if (page == nullptr || !edit->Owns(page)) {
      page = Replace(number / kRows, page, edit);
    }
    return RowsOf(page);
  }

  // Puts a copy of a page, or an empty page, in its place.
  Block* Replace(uint32_t page, Block* old, Edit* edit,
                 uint32_t old_rows = kRows) {
    const uint32_t count = RowsOn(page);
    auto* const block = edit->New<Block>(kHeader + count * sizeof(Row), kPart);
    Row* const rows = RowsOf(block);
    uint32_t copied = 0;
    if (old != nullptr) {
      copied = std::min(count, old_rows);
      std::memcpy(static_cast<void*>(rows), RowsOf(old), copied * sizeof(Row));
    }
    std::fill(rows + copied, rows + count, Row());
    pages_.Set(page, block, edit);
    if (old != nullptr) edit->Drop(old);
    return block;
  }

  PageTree pages_;
  uint32_t limit_ = 0;  // numbers from here on have no page
};

}  // namespace acl

#endif  // ACL_BASE_TABLE_H_
