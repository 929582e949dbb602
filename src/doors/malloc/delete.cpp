// What frees a block and says more of it than its address: the forms of
// operator delete, and C's free with a size. The fast path asks for none of it;
// a check compares it with how the block came.
#include "doors/malloc/block.hpp"

namespace tarn::malloc_door {
namespace {

constexpr std::size_t unsaid = port::BlockReturn::unsaid;

template <Family family>
[[gnu::always_inline]] inline void deallocate(void* p, std::size_t size,
                                              std::size_t align) noexcept {
  heap::deallocate_fast(own_heap(), p, ExitsSaid<family>{{}, size, align});
}

// A delete that names no alignment is for what new gave without one.
template <Family family>
[[gnu::always_inline]] inline void deallocate(void* p,
                                              std::size_t size) noexcept {
  deallocate<family>(p, size, max_align);
}

}  // namespace
}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

extern "C" {

void free_sized(void* p, std::size_t size) noexcept {
  deallocate<Family::malloc>(p, size, unsaid);
}

void free_aligned_sized(void* p, std::size_t align, std::size_t size) noexcept {
  deallocate<Family::malloc>(p, size, align);
}

// The twelve forms of operator delete, by the names that linkers know.
void _ZdlPv(void* p) noexcept {
  deallocate<Family::new_one>(p, unsaid);
}
void _ZdaPv(void* p) noexcept {
  deallocate<Family::new_array>(p, unsaid);
}
void _ZdlPvm(void* p, std::size_t size) noexcept {
  deallocate<Family::new_one>(p, size);
}
void _ZdaPvm(void* p, std::size_t size) noexcept {
  deallocate<Family::new_array>(p, size);
}
void _ZdlPvSt11align_val_t(void* p, std::size_t align) noexcept {
  deallocate<Family::new_one>(p, unsaid, align);
}
void _ZdaPvSt11align_val_t(void* p, std::size_t align) noexcept {
  deallocate<Family::new_array>(p, unsaid, align);
}
void _ZdlPvmSt11align_val_t(void* p, std::size_t size,
                            std::size_t align) noexcept {
  deallocate<Family::new_one>(p, size, align);
}
void _ZdaPvmSt11align_val_t(void* p, std::size_t size,
                            std::size_t align) noexcept {
  deallocate<Family::new_array>(p, size, align);
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
