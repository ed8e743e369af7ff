// Lines by dense number, in pages that versions share. Internal.
#ifndef ACL_BASE_LINE_TABLE_H_
#define ACL_BASE_LINE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "acl/base/dense_vector.h"
#include "acl/base/ordered_map.h"

namespace acl {

// A persistent table: copying it costs a pointer; changing a line copies its
// page and the path to it, once in an edit. Line is a value with present().
// Safe to read from any thread while another changes its own copy.
template <class Line>
class LineTable {
 public:
  // The line, or null if nothing was ever put near it. Valid as long as this
  // table, or a copy of it, is not changed.
  const Line* Get(uint32_t number) const {
    const Page* page = pages_.Get(number / kPageLines);
    return page == nullptr ? nullptr : &page->lines[number % kPageLines];
  }

  // The line, to be changed by this edit. REQUIRES: it is there, and stays so.
  Line& Own(uint32_t number, EditTag edit) {
    return OwnPage(number, edit).lines[number % kPageLines];
  }

  // REQUIRES: there is no line at `number`, and `line` is present().
  void Add(uint32_t number, Line line, EditTag edit) {
    Page& page = OwnPage(number, edit);
    page.lines[number % kPageLines] = std::move(line);
    ++page.present;
  }

  // REQUIRES: there is a line at `number`.
  void Erase(uint32_t number, EditTag edit) {
    Page& page = OwnPage(number, edit);
    page.lines[number % kPageLines] = Line();
    if (--page.present == 0) pages_.Erase(number / kPageLines, edit);
  }

 private:
  static constexpr uint32_t kPageLines = 64;

  struct Page {
    std::array<Line, kPageLines> lines;
    uint32_t present = 0;
    EditTag edit = 0;
  };

  Page& OwnPage(uint32_t number, EditTag edit) {
    Page* page = pages_.GetMutable(number / kPageLines);
    if (page != nullptr && page->edit == edit) return *page;
    auto owned = page == nullptr ? std::make_shared<Page>()
                                 : std::make_shared<Page>(*page);
    owned->edit = edit;
    page = owned.get();
    pages_.Set(number / kPageLines, std::move(owned), edit);
    return *page;
  }

  DenseVector<Page> pages_;
};

}  // namespace acl

#endif  // ACL_BASE_LINE_TABLE_H_
