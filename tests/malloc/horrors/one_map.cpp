// Under the door a program's libtarn.so is the door's: one page map, one heap.
#include "malloc/horrors/one_map.hpp"

#include "tarn/describe.hpp"
#include "tarn/heap.hpp"
#include "tarn/pmr.hpp"

#include "malloc/served.hpp"

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace {

const char* find_fault_of_malloc() {
  void* const p = hidden(std::malloc(100));
  const tarn::Description found = tarn::describe(p);
  if (found.kind != tarn::AddressKind::block || found.start != p ||
      found.size != 112 || found.state != tarn::BlockState::in_use)
    return "describe() knows what malloc gave";
  if (tarn::default_heap().usable_size(p) != 112)
    return "the default heap knows what malloc gave";
  tarn::default_heap().deallocate(p);
  std::free(tarn::default_heap().allocate(5000));
  void* const large = hidden(std::malloc(1 << 20));
  if (tarn::describe(large).kind != tarn::AddressKind::large)
    return "describe() knows a large block";
  std::free(large);
  return nullptr;
}

const char* find_fault_of_pools() {
  tarn::Region region{{.name = "request"}};
  auto* const texts = region.make<std::pmr::vector<std::pmr::string>>();
  for (int i = 0; i < 100; ++i)
    texts->emplace_back(200, 'x');
  const tarn::Description found = tarn::describe(texts->data());
  if (found.pool != tarn::PoolKind::region ||
      std::string{found.name} != "request")
    return "describe() knows a region beside malloc";
  tarn::Budget budget{"little", 64 * tarn::KiB};
  tarn::Region little{budget};
  try {
    static_cast<void>(little.resource()->allocate(1 << 20));
    return "a resource that is refused throws";
  } catch (const std::bad_alloc&) {
  }
  tarn::HeapResource one;
  const tarn::HeapResource other;
  return one == other ? nullptr : "resources of one heap are equal";
}

}  // namespace

extern "C" const char* find_fault_in_one_map() {
  const char* const fault = find_fault_of_malloc();
  return fault != nullptr ? fault : find_fault_of_pools();
}
