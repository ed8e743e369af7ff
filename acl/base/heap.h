// The memory shared by the versions of a workspace. Internal; docs/store.md
// describes the layout.
#ifndef ACL_BASE_HEAP_H_
#define ACL_BASE_HEAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace acl {

// Identifies one writer's run of changes; later ones have higher tags.
using EditTag = uint64_t;

// A tag that no edit has used yet. Safe from any thread.
EditTag NewEditTag();

// The purpose of memory.
enum class MemoryPart : uint8_t {
  kGrants,      // lines and blocks of grants
  kMembers,     // lines of principals, and their groups
  kReverse,     // from principals and groups back to resources and members
  kIds,         // ids
  kIndex,       // from ids to numbers
  kTexts,       // names for people, e-mail addresses
  kDirectories  // from numbers to pages
};
constexpr size_t kMemoryParts = 7;

// The header of every block. A block is written only by the edit that created
// it, and never after that edit has ended.
struct Block {
  EditTag edit;
  uint32_t place;       // among the blocks of its edit
  uint32_t units : 26;  // of 16 bytes, in total
  uint32_t part : 3;    // a MemoryPart
  uint32_t level : 3;   // of a node in its tree; 0 is the lowest

  size_t bytes() const { return size_t{units} * 16; }
};
static_assert(sizeof(Block) == 16, "blocks are small");

// Allocates blocks from slabs that grow with the heap: a few hundred bytes for
// a small workspace, huge pages for a large one. Used by one thread at a time.
// The destructor frees all blocks.
class Heap {
 public:
  // 1 GiB: more than the keys of all groups that a workspace can have.
  static constexpr size_t kMaxBlock = ((size_t{1} << 26) - 1) * 16;

  Heap() = default;
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // The size of the block for `bytes`: at most 3 % more above 512 bytes, at
  // most 15 bytes more below.
  static size_t Rounded(size_t bytes);

  // Returns a block whose size and part are set. If its size is a multiple of
  // 64, so is its address. Throws std::bad_alloc, and leaves the heap unchanged
  // then. REQUIRES: sizeof(Block) <= bytes <= kMaxBlock.
  Block* Allocate(size_t bytes, MemoryPart part);
  // Never fails.
  void Free(Block* block);

  // Bytes in blocks, by part.
  const std::array<uint64_t, kMemoryParts>& used() const { return used_; }
  // Bytes taken from the system, and how many of them are not in blocks now.
  uint64_t taken() const { return taken_; }
  uint64_t unused() const;

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  struct Slab {
    void* memory;
    size_t bytes;
  };
  // The header of a block with its own memory; headers form a ring.
  struct Large {
    Large* previous;
    Large* next;
  };
  using FreeLists = std::array<FreeBlock*, 32>;

  // The free list for a size. Null if there is none and `make` is not set, or
  // there is no memory for it.
  FreeBlock** FreeListOf(size_t bytes, bool make);
  void* NewLarge(size_t bytes);
  static void FreeLarge(Large* large);
  void* FromSlab(size_t bytes);
  void AddSlab(size_t at_least);

  std::array<uint64_t, kMemoryParts> used_ = {};
  uint64_t taken_ = 0;
  char* next_ = nullptr;  // in the last slab
  char* end_ = nullptr;
  std::vector<Slab> slabs_;
  std::array<std::unique_ptr<FreeLists>, 5> free_;
  Large large_ = {&large_, &large_};  // the ring's anchor
};

// A block that is unreachable from version `until` on.
struct RetiredBlock {
  Block* block;
  EditTag until;
};

// The changes that one writer makes to a version. It modifies its own blocks in
// place and copies all others. Not thread-safe.
class Edit {
 public:
  // kWhole: the heap has only this edit, and is destroyed if the edit is
  // abandoned.
  enum class Scope { kPart, kWhole };

  Edit(Heap* heap, Scope scope);
  // Frees what was created, unless it was kept.
  ~Edit();
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;

  EditTag tag() const { return tag_; }
  bool Owns(const Block* block) const { return block->edit == tag_; }

  // Creates a block of this edit; only its header is initialised.
  template <class T>
  T* New(size_t bytes, MemoryPart part) {
    return static_cast<T*>(NewBlock(bytes, part));
  }

  // Declares that `block` is unreachable in the result of this edit.
  void Drop(Block* block);

  // From now on every existing block is copied before it is changed, so that
  // the current contents can be walked meanwhile.
  void Freeze() { tag_ = NewEditTag(); }

  // Ends the edit and keeps its blocks.
  struct Kept {
    std::vector<RetiredBlock> retired;  // only earlier versions need them
    std::vector<Block*> made;           // null where freed; empty for kWhole
  };
  Kept Keep();

 private:
  Block* NewBlock(size_t bytes, MemoryPart part);

  Heap& heap_;
  const Scope scope_;
  const EditTag first_;
  EditTag tag_;
  bool kept_ = false;
  std::vector<Block*> made_;     // null where freed
  std::vector<Block*> dropped_;  // of other edits, or frozen
};

}  // namespace acl

#endif  // ACL_BASE_HEAP_H_
