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

bool is_handled = false;

// The runtime that throws is this library's, which the program may not have.
const char* find_fault_of_new() {
  const std::size_t much = hidden(std::size_t{1} << 56);
  std::set_new_handler([] {
    is_handled = true;
    std::set_new_handler(nullptr);
  });
  try {
    ::operator delete(hidden(::operator new(much)));
    return "new that is refused throws";
  } catch (const std::bad_alloc&) {
  }
  if (!is_handled)
    return "the new handler is called";
  if (hidden(::operator new(much, std::nothrow)) != nullptr)
    return "nothrow new that is refused gives null";
  return nullptr;
}

}  // namespace

extern "C" const char* find_fault_in_one_map() {
  for (auto* const find :
       {find_fault_of_malloc, find_fault_of_pools, find_fault_of_new})
    if (const char* const fault = find())
      return fault;
  return nullptr;
}
