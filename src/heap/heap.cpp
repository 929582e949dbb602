#include "tarn/heap.hpp"

#include "heap/fast.hpp"
#include "heap/own_place.hpp"

namespace tarn {
namespace {

using namespace tarn::heap;

struct Exits {
  Heap& object;

  [[nodiscard]] void* allocate(std::size_t size) const noexcept {
    return allocate_slow(object, size);
  }
  void deallocate(void* p) const noexcept { deallocate_slow(object, p); }
  void deallocate_own(void* p, Bin& bin) const noexcept {
    heap::deallocate_own(object, p, bin);
  }
  void send(Parcel& parcel) const noexcept { send_full(object, parcel); }
};

// The size that was said is for who checks.
struct SizedExits : Exits {
  std::size_t size;

  void deallocate(void* p) const noexcept {
    deallocate_of_size(object, p, size);
  }
};

}  // namespace

inline namespace v1 {

void* Heap::allocate(std::size_t size) noexcept {
  return allocate_fast(own_heap_at(place_), size, Exits{*this});
}

void Heap::deallocate(void* p) noexcept {
  deallocate_fast(own_heap_at(place_), p, Exits{*this});
}

void Heap::deallocate(void* p, std::size_t size) noexcept {
  deallocate_fast(own_heap_at(place_), p, SizedExits{{*this}, size});
}

}  // namespace v1
}  // namespace tarn
