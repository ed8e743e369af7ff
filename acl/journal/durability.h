// What it means that a change was accepted. Part of the public API; begin
// reading at acl/engine.h.
#ifndef ACL_JOURNAL_DURABILITY_H_
#define ACL_JOURNAL_DURABILITY_H_

namespace acl {

enum class Durability {
  // It is on the disk: it survives a power cut.
  kDisk,
  // The system has it: it survives the end of the process, however that comes.
  // A power cut can take the last changes (on Linux usually those of some
  // thirty seconds), never one without all that came after it.
  kProcess
};

}  // namespace acl

#endif  // ACL_JOURNAL_DURABILITY_H_
