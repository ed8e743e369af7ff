// The memory that the versions of a workspace share. Internal; docs/store.md
// has the layout.
#ifndef ACL_BASE_HEAP_H_
#define ACL_BASE_HEAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace acl {

// Names one writer's run of changes; later ones have higher tags.
using EditTag = uint64_t;

// A tag that no edit has used yet. Safe from any thread.
EditTag NewEditTag();

// What memory is for.
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

// What stands at the beginning of every block. A block is written by the edit
// that made it, and never again once that has ended.
struct Block {
  EditTag edit;
  uint32_t place;       // among the blocks of its edit
  uint32_t units : 26;  // of 16 bytes, in all
  uint32_t part : 3;    // a MemoryPart
  uint32_t level : 3;   // of a node in its tree; 0 is the lowest

  size_t bytes() const { return size_t{units} * 16; }
};
static_assert(sizeof(Block) == 16, "blocks are small");

// Gives out blocks, from slabs that grow with it: some hundred bytes for a
// small workspace, huge pages for a large one. Used by one thread at a time.
// The destructor takes all blocks along.
class Heap {
 public:
  // 1 GiB: more than the keys of all groups that a workspace can have.
  static constexpr size_t kMaxBlock = ((size_t{1} << 26) - 1) * 16;

  Heap() = default;
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // How large a block for `bytes` will be: at most 3 % more above 512 bytes,
  // at most 15 bytes more below.
  static size_t Rounded(size_t bytes);

  // A block whose size and part are set. If its size is a multiple of 64, so is
  // its address. Throws std::bad_alloc, and is as before then. REQUIRES:
  // sizeof(Block) <= bytes <= kMaxBlock.
  Block* Allocate(size_t bytes, MemoryPart part);
  // Never fails.
  void Free(Block* block);

  // Bytes in blocks, by part.
  const std::array<uint64_t, kMemoryParts>& used() const { return used_; }
  // Bytes taken from the system, and what of them is not in blocks now.
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
  // Stands before a block that has memory of its own, in a ring of them.
  struct Large {
    Large* previous;
    Large* next;
  };
  using FreeLists = std::array<FreeBlock*, 32>;

  // Where blocks of a size are kept; null if there never was one and `make` is
  // not set, or there is no memory for it.
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

// A block that the versions from one on no longer lead to.
struct RetiredBlock {
  Block* block;
  EditTag until;
};

// What one writer makes of a version. It may change what it made itself, and
// copies the rest. Not thread-safe.
class Edit {
 public:
  // kWhole: the heap has nothing but this edit, and goes if it is given up.
  enum class Scope { kPart, kWhole };

  Edit(Heap* heap, Scope scope);
  // Gives back what was made, unless it was kept.
  ~Edit();
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;

  EditTag tag() const { return tag_; }
  bool Owns(const Block* block) const { return block->edit == tag_; }

  // A block of this edit, of which only the Block is set.
  template <class T>
  T* New(size_t bytes, MemoryPart part) {
    return static_cast<T*>(NewBlock(bytes, part));
  }

  // Says that what this edit makes no longer leads to `block`.
  void Drop(Block* block);

  // From now on everything counts as somebody else's, so that what stands now
  // can be walked while it is changed.
  void Freeze() { tag_ = NewEditTag(); }

  // Ends it: what was made stays.
  struct Kept {
    std::vector<RetiredBlock> retired;  // what only versions before it need
    std::vector<Block*> made;  // null where it was given back; not of kWhole
  };
  Kept Keep();

 private:
  Block* NewBlock(size_t bytes, MemoryPart part);

  Heap& heap_;
  const Scope scope_;
  const EditTag first_;
  EditTag tag_;
  bool kept_ = false;
  std::vector<Block*> made_;     // null where it was given back
  std::vector<Block*> dropped_;  // of others, or frozen
};

}  // namespace acl

#endif  // ACL_BASE_HEAP_H_
