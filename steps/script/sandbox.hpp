// Takes everything from the calling process but memory and the descriptors it has. Used by rftd-script alone.
#pragma once

#include <cstdint>
#include <string>

namespace steps::script {

// Before V8 starts, while there is one thread: namespaces, resource limits, the parent's death as our own.
// Gives the layers in force. Layers that the surroundings forbid (a container, a unit's filters) are left
// out.
[[nodiscard]] std::string leave_the_world(std::uint64_t memory_bytes);

// After V8 has started, before a script comes: no new privileges, no file system, and system calls by an
// allow-list. What tells of the world (open, stat, socket ...) fails with EPERM, any other call kills the
// process. False when the kernel has no seccomp: then no script must run. Appends to `layers`.
[[nodiscard]] bool close_the_door(std::string& layers);

// Whether memory can be made executable after it was written; a unit with MemoryDenyWriteExecute says no.
[[nodiscard]] bool can_make_executable();

// Tries what is forbidden, each in a process of its own that has gone through both functions, and prints what
// came of it. The number of attempts that were not refused.
[[nodiscard]] int self_test();

}  // namespace steps::script
