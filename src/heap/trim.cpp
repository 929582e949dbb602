// What the malloc door asks of the default heap beside blocks.
#include "heap/slow.hpp"
#include "span/maintenance.hpp"
#include "span/space.hpp"

namespace tarn::heap {

bool is_in_space(const void* p) noexcept {
  return span::the_space.find(p) != nullptr;
}

std::size_t trim() noexcept {
  ThreadHeap& own = *own_heaps.at[default_domain.place];
  if (&own != &no_heap)
    dissolve(own);
  return span::purge_now();
}

}  // namespace tarn::heap
