// Lines by dense number, in pages that versions share. Internal.
#ifndef ACL_BASE_LINE_TABLE_H_
#define ACL_BASE_LINE_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "acl/base/dense_vector.h"
#include "acl/base/ordered_map.h"

namespace acl {

// A persistent table: copying it costs a pointer; changing a line copies its
// page and the path to it, once in an edit. Line is a value of 64 bytes with a
// default; in the table it is aligned to the cache's lines.
// Safe to read from any thread while another changes its own copy.
template <class Line>
class LineTable {
 public:
  // The line, or null if nothing was ever put near it. Valid as long as this
  // table, or a copy of it, is not changed.
  const Line* Get(uint32_t number) const {
    const Page* page = pages_.Get(number / kPageLines);
    const uint32_t index = number % kPageLines;
    return page == nullptr || index >= page->capacity ? nullptr
                                                      : page->lines() + index;
  }

  // The line, to be changed by this edit. REQUIRES: it was added.
  Line& Own(uint32_t number, EditTag edit) {
    return OwnPage(number, edit).lines()[number % kPageLines];
  }

  // REQUIRES: there is no line at `number`.
  void Add(uint32_t number, Line line, EditTag edit) {
    Page& page = OwnPage(number, edit);
    page.lines()[number % kPageLines] = std::move(line);
    ++page.used;
  }

  // REQUIRES: there is a line at `number`.
  void Erase(uint32_t number, EditTag edit) {
    Page& page = OwnPage(number, edit);
    page.lines()[number % kPageLines] = Line();
    if (--page.used == 0) pages_.Erase(number / kPageLines, edit);
  }

 private:
  static constexpr uint32_t kPageLines = 64;

  // A header, and behind it as many lines as there is room for: a page of a
  // small table is small.
  struct alignas(64) Page {
    uint32_t capacity;
    uint32_t used = 0;
    EditTag edit;

    Line* lines() { return reinterpret_cast<Line*>(this + 1); }
    const Line* lines() const {
      return reinterpret_cast<const Line*>(this + 1);
    }
  };
  static_assert(sizeof(Line) == 64 && sizeof(Page) == 64, "cache lines");

  static std::shared_ptr<Page> MakePage(const Page* old, uint32_t capacity,
                                        EditTag edit) {
    constexpr std::align_val_t kAlign{alignof(Page)};
    void* const memory =
        ::operator new(sizeof(Page) + capacity * sizeof(Line), kAlign);
    Page* const page = new (memory) Page{capacity, 0, edit};
    uint32_t copied = 0;
    if (old != nullptr) {
      page->used = old->used;
      copied = old->capacity;
      std::uninitialized_copy_n(old->lines(), copied, page->lines());
    }
    std::uninitialized_default_construct_n(page->lines() + copied,
                                           capacity - copied);
    return std::shared_ptr<Page>(page, [](Page* p) {
      std::destroy_n(p->lines(), p->capacity);
      ::operator delete (p, std::align_val_t{alignof(Page)});
    });
  }

  // The page of a number, with room for it, which only this edit knows.
  Page& OwnPage(uint32_t number, EditTag edit) {
    Page* page = pages_.GetMutable(number / kPageLines);
    uint32_t capacity = page == nullptr ? 1 : page->capacity;
    while (capacity <= number % kPageLines) capacity *= 2;
    if (page != nullptr && page->edit == edit && capacity == page->capacity) {
      return *page;
    }
    std::shared_ptr<Page> owned = MakePage(page, capacity, edit);
    page = owned.get();
    pages_.Set(number / kPageLines, std::move(owned), edit);
    return *page;
  }

  DenseVector<Page> pages_;
};

}  // namespace acl

#endif  // ACL_BASE_LINE_TABLE_H_
