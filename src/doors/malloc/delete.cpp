// What frees a block and says more of it than its address: the forms of
// operator delete, and C's free with a size. The fast path asks for none of it;
// a check compares it with how the block came.
#include "doors/malloc/block.hpp"

namespace tarn::malloc_door {
namespace {

constexpr std::size_t unsaid = port::BlockReturn::unsaid;

// Out of the fast path, one for each form: with the form's own arguments, so
// that it costs the fast path nothing to come here.
template <Family family, std::size_t align>
[[gnu::noinline]] void slow(void* p) noexcept {
  deallocate_said(p, family, unsaid, align);
}
template <Family family, std::size_t align>
[[gnu::noinline]] void slow_of_size(void* p, std::size_t size) noexcept {
  deallocate_said(p, family, size, align);
}
template <Family family>
[[gnu::noinline]] void slow_of_align(void* p, std::size_t align) noexcept {
  deallocate_said(p, family, unsaid, align);
}
template <Family family>
[[gnu::noinline]] void slow_of_both(void* p, std::size_t size,
                                    std::size_t align) noexcept {
  deallocate_said(p, family, size, align);
}

template <class Slow>
struct FormExits : Exits {
  Slow slow;
  void deallocate(void* p) const noexcept { slow(p); }
};

template <class Slow>
[[gnu::always_inline]] inline void deallocate(void* p, Slow slow) noexcept {
  heap::deallocate_fast(own_heap(), p, FormExits<Slow>{{}, slow});
}

// A delete that names no alignment is for what new gave without one.
template <Family family>
[[gnu::always_inline]] inline void plain(void* p) noexcept {
  deallocate(p, [](void* q) { slow<family, max_align>(q); });
}
template <Family family, std::size_t align = max_align>
[[gnu::always_inline]] inline void of_size(void* p, std::size_t size) noexcept {
  deallocate(p, [size](void* q) { slow_of_size<family, align>(q, size); });
}
template <Family family>
[[gnu::always_inline]] inline void of_align(void* p,
                                            std::size_t align) noexcept {
  deallocate(p, [align](void* q) { slow_of_align<family>(q, align); });
}
template <Family family>
[[gnu::always_inline]] inline void of_both(void* p, std::size_t size,
                                           std::size_t align) noexcept {
  deallocate(p,
             [size, align](void* q) { slow_of_both<family>(q, size, align); });
}

}  // namespace
}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

extern "C" {

void free_sized(void* p, std::size_t size) noexcept {
  of_size<Family::malloc, unsaid>(p, size);
}

void free_aligned_sized(void* p, std::size_t align, std::size_t size) noexcept {
  of_both<Family::malloc>(p, size, align);
}

// The twelve forms of operator delete, by the names that linkers know.
void _ZdlPv(void* p) noexcept {
  plain<Family::new_one>(p);
}
void _ZdaPv(void* p) noexcept {
  plain<Family::new_array>(p);
}
void _ZdlPvm(void* p, std::size_t size) noexcept {
  of_size<Family::new_one>(p, size);
}
void _ZdaPvm(void* p, std::size_t size) noexcept {
  of_size<Family::new_array>(p, size);
}
void _ZdlPvSt11align_val_t(void* p, std::size_t align) noexcept {
  of_align<Family::new_one>(p, align);
}
void _ZdaPvSt11align_val_t(void* p, std::size_t align) noexcept {
  of_align<Family::new_array>(p, align);
}
void _ZdlPvmSt11align_val_t(void* p, std::size_t size,
                            std::size_t align) noexcept {
  of_both<Family::new_one>(p, size, align);
}
void _ZdaPvmSt11align_val_t(void* p, std::size_t size,
                            std::size_t align) noexcept {
  of_both<Family::new_array>(p, size, align);
}

// The same by other names. What they take more is in a register that nobody
// reads.
#define TARN_ALIAS(name) __attribute__((alias(#name), used))

void _ZdlPvRKSt9nothrow_t(void*, const void*) noexcept TARN_ALIAS(_ZdlPv);
void _ZdaPvRKSt9nothrow_t(void*, const void*) noexcept TARN_ALIAS(_ZdaPv);
void _ZdlPvSt11align_val_tRKSt9nothrow_t(void*, std::size_t,
                                         const void*) noexcept
    TARN_ALIAS(_ZdlPvSt11align_val_t);
void _ZdaPvSt11align_val_tRKSt9nothrow_t(void*, std::size_t,
                                         const void*) noexcept
    TARN_ALIAS(_ZdaPvSt11align_val_t);

}  // extern "C"
