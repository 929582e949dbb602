#include "check/broken_list.hpp"

#include "heap/size_class.hpp"
#include "heap/thread_heap.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

// The fast path reads a bin's first block, so a bin that begins where nobody
// can read was led there by the link of the block before.
bool is_broken(const heap::Bin& bin) noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(bin.head);
  return first % alignof(heap::FreeSlot) != 0 || !os::is_readable(bin.head);
}

void write_heap(base::Line& line, const heap::ThreadHeap& heap) noexcept {
  if (heap.is_of_default)
    line << "the heap";
  else
    line << "heap '" << port::pool_name(heap.pool) << "'";
}

}  // namespace

bool find_broken_list(Finding& finding) noexcept {
  for (const heap::ThreadHeap* const own : heap::own_heaps.at)
    for (unsigned i = 0; i < heap::classes; ++i) {
      if (!is_broken(own->bins[i]))
        continue;
      finding.fault = Fault::corrupted;
      finding.line << "free list of ";
      write_heap(finding.line, *own);
      finding.line << ", class " << std::uint64_t{heap::size_of(i)}
                   << ", is broken: a freed block was written";
      return true;
    }
  return false;
}

}  // namespace tarn::check
