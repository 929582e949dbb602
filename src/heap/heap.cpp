#include "tarn/heap.hpp"

#include "heap/fast.hpp"

namespace tarn {
namespace {

using namespace tarn::heap;

// `said` is the size that was said of a block that goes back.
struct Exits {
  Heap& object;
  std::size_t said = port::BlockReturn::unsaid;

  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return allocate_slow(object, size);
  }
  void deallocate(void* p) const noexcept {
    deallocate_slow(object, p, {.size = said});
  }
  void deallocate_own(void* p, Bin& bin) const noexcept {
    heap::deallocate_own(object, p, bin);
  }
  void send(Parcel& parcel) const noexcept { send_full(object, parcel); }
};

}  // namespace

inline namespace v1 {

void* Heap::allocate(std::size_t size) noexcept {
  return allocate_fast(*own_heaps.at[place_], size, Exits{*this});
}

void Heap::deallocate(void* p) noexcept {
  deallocate_fast(*own_heaps.at[place_], p, Exits{*this});
}

void Heap::deallocate(void* p, std::size_t size) noexcept {
  deallocate_fast(*own_heaps.at[place_], p, Exits{*this, size});
}

}  // namespace v1
}  // namespace tarn
