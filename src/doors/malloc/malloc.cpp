// malloc and its kin: the names of C, of glibc and of other systems. What is
// promised is glibc's manual.
#include "tarn/environment.hpp"
#include "tarn/heap.hpp"

#include "doors/malloc/block.hpp"
#include "doors/malloc/foreign.hpp"
#include "os/memory.hpp"
#include "os/sanitizers.hpp"

#include <errno.h>

extern "C" void* memalign(std::size_t align, std::size_t size) noexcept;

namespace tarn::malloc_door {
namespace {

void* no_memory() noexcept {
  errno = ENOMEM;
  return nullptr;
}

// Sets errno back to what it was: free must not change it.
class SameErrno {
 public:
  SameErrno() noexcept : was_(errno) {}
  SameErrno(const SameErrno&) = delete;
  SameErrno& operator=(const SameErrno&) = delete;
  ~SameErrno() { errno = was_; }

 private:
  int was_;
};

[[gnu::noinline]] void* allocate_zeroed(std::size_t size) noexcept {
  void* const block =
      size > largest_block
          ? nullptr
          : heap::allocate_as(default_heap(),
                              {size, max_align, Family::malloc, true});
  return block != nullptr ? block : no_memory();
}

// The library's threads and messages want a C library that has begun; calls
// that come before are served all the same.
// Memcheck puts its own functions in place of ours, known by their addresses,
// and its free() takes no block but its own; so must those that it leaves
// alone.
void* (*volatile malloc_in_place)(std::size_t) = ::malloc;

void* (*volatile memalign_in_place)(std::size_t, std::size_t) = ::memalign;

void* allocate_in_place(std::size_t size) noexcept {
  return os::has_memcheck() ? malloc_in_place(size) : allocate(size);
}

__attribute__((constructor)) void start() noexcept {
  obey_environment();
}

[[gnu::noinline]] void* reallocate_at_length(void* p,
                                             std::size_t size) noexcept {
  if (is_foreign(p)) [[unlikely]]
    return reallocate_foreign(p, size);
  void* const block =
      size > largest_block
          ? nullptr
          : heap::reallocate_as(default_heap(), p, size, Family::malloc);
  return block != nullptr ? block : no_memory();
}

// To a block of another class.
[[gnu::noinline]] void* move(void* p, std::size_t usable,
                             std::size_t size) noexcept {
  void* const block = allocate(size);
  if (block == nullptr) [[unlikely]]
    return size <= usable ? p : nullptr;
  __builtin_memcpy(block, p, size < usable ? size : usable);
  deallocate(p);
  return block;
}

// As Heap::reallocate, for the blocks that most calls are about.
void* reallocate(void* p, std::size_t size) noexcept {
  const std::size_t usable = heap::own_size(own_heap(), p);
  if (usable == 0 || size > heap::largest_small) [[unlikely]]
    return reallocate_at_length(p, size);
  return size <= usable && size >= usable / 2 ? p : move(p, usable, size);
}

}  // namespace

void* allocate_at_length(std::size_t size) noexcept {
  void* const block =
      size > largest_block
          ? nullptr
          : heap::allocate_slow(default_heap(), size, Family::malloc);
  return block != nullptr ? block : no_memory();
}

void* new_at_length(std::size_t size, Family family) noexcept {
  void* const block = size > largest_block
                          ? nullptr
                          : heap::allocate_slow(default_heap(), size, family);
  return block != nullptr ? block : no_memory();
}

void* allocate_aligned(std::size_t size, std::size_t align,
                       Family family) noexcept {
  void* const block =
      size > largest_block - align
          ? nullptr
          : heap::allocate_as(default_heap(), {size, align, family, false});
  return block != nullptr ? block : no_memory();
}

void deallocate_at_length(void* p) noexcept {
  deallocate_said(p, Family::malloc, port::BlockReturn::unsaid,
                  port::BlockReturn::unsaid);
}

void deallocate_said(void* p, Family family, std::size_t size,
                     std::size_t align) noexcept {
  if (p == nullptr)
    return;
  const SameErrno same;
  if (is_foreign(p)) [[unlikely]]
    return free_foreign(p);
  heap::deallocate_as(default_heap(), p, {family, size, align});
}

void deallocate_full(void* p, heap::Bin& bin) noexcept {
  const SameErrno same;
  heap::deallocate_own(default_heap(), p, bin);
}

void send(heap::Parcel& parcel) noexcept {
  const SameErrno same;
  heap::send_full(default_heap(), parcel);
}

}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

extern "C" {

void* malloc(std::size_t size) noexcept {
  return allocate(size);
}

void free(void* p) noexcept {
  deallocate(p);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) [[unlikely]]
    return no_memory();
  if (bytes > tarn::heap::largest_linear)
    return allocate_zeroed(bytes);
  void* const block = allocate(bytes);
  if (block != nullptr) [[likely]]
    __builtin_memset(block, 0, bytes);
  return block;
}

void* realloc(void* p, std::size_t size) noexcept {
  if (p != nullptr && size != 0) [[likely]]
    return reallocate(p, size);
  if (p == nullptr)
    return malloc(size);
  free(p);
  return nullptr;
}

void* reallocarray(void* p, std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(count, size, &bytes) ? no_memory()
                                                     : realloc(p, bytes);
}

// FreeBSD's: the old block goes where there is no new one.
void* reallocf(void* p, std::size_t size) noexcept {
  void* const block = realloc(p, size);
  if (block == nullptr && size != 0)
    deallocate(p);
  return block;
}

// NetBSD's: the first argument points to the pointer; the answer is an errno.
int reallocarr(void* pointer, std::size_t count, std::size_t size) noexcept {
  void** const place = static_cast<void**>(pointer);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes))
    return EOVERFLOW;
  const SameErrno same;
  void* const block = realloc(*place, bytes);
  if (block == nullptr && bytes != 0)
    return ENOMEM;
  *place = block;
  return 0;
}

// glibc's rounds an alignment that is no power of two up to one.
void* memalign(std::size_t align, std::size_t size) noexcept {
  if (align <= tarn::max_align)
    return allocate(size);
  if (align > SIZE_MAX / 2 + 1) {
    errno = EINVAL;
    return nullptr;
  }
  return allocate_aligned(size, std::bit_ceil(align));
}

void* aligned_alloc(std::size_t align, std::size_t size) noexcept {
  if (!tarn::is_pow2(align)) {
    errno = EINVAL;
    return nullptr;
  }
  return memalign(align, size);
}

int posix_memalign(void** place, std::size_t align, std::size_t size) noexcept {
  if (!tarn::is_pow2(align) || align % sizeof(void*) != 0)
    return EINVAL;
  const SameErrno same;
  void* const block = memalign(align, size);
  if (block == nullptr)
    return ENOMEM;
  *place = block;
  return 0;
}

void* valloc(std::size_t size) noexcept {
  return allocate_aligned(size, tarn::os::page_size());
}

void* pvalloc(std::size_t size) noexcept {
  const std::size_t page = tarn::os::page_size();
  if (size > largest_block)
    return no_memory();
  const std::size_t pages = tarn::detail::round_up(size, page);
  return tarn::os::has_memcheck() ? memalign_in_place(page, pages)
                                  : allocate_aligned(pages, page);
}

std::size_t malloc_usable_size(void* p) noexcept {
  if (const std::size_t size = tarn::heap::own_size(own_heap(), p)) [[likely]]
    return size;
  if (p == nullptr)
    return 0;
  if (is_foreign(p)) [[unlikely]]
    return size_of_foreign(p);
  return tarn::default_heap().usable_size(p);
}

// macOS's and jemalloc's names.
std::size_t malloc_size(const void* p) noexcept {
  return malloc_usable_size(const_cast<void*>(p));
}

std::size_t malloc_good_size(std::size_t size) noexcept {
  using namespace tarn::heap;
  if (size <= largest_small)
    return size_of(class_of(size));
  if (size > largest_block)
    return size;
  return tarn::detail::round_up(size, tarn::span::granule_size);
}

char* strndup(const char* text, std::size_t most) noexcept {
  std::size_t size = 0;
  while (size < most && text[size] != '\0')
    ++size;
  auto* const copy = static_cast<char*>(allocate_in_place(size + 1));
  if (copy == nullptr)
    return nullptr;
  __builtin_memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

char* strdup(const char* text) noexcept {
  const std::size_t size = __builtin_strlen(text) + 1;
  void* const copy = allocate_in_place(size);
  if (copy == nullptr)
    return nullptr;
  return static_cast<char*>(__builtin_memcpy(copy, text, size));
}

// The same by other names. Those that take more arguments find them in
// registers that nobody reads.
#define TARN_ALIAS(name) __attribute__((alias(#name), used))

void cfree(void*) noexcept TARN_ALIAS(free);

void* __libc_malloc(std::size_t) noexcept TARN_ALIAS(malloc);
void __libc_free(void*) noexcept TARN_ALIAS(free);
void __libc_cfree(void*) noexcept TARN_ALIAS(free);
void* __libc_calloc(std::size_t, std::size_t) noexcept TARN_ALIAS(calloc);
void* __libc_realloc(void*, std::size_t) noexcept TARN_ALIAS(realloc);
void* __libc_reallocarray(void*, std::size_t, std::size_t) noexcept
    TARN_ALIAS(reallocarray);
void* __libc_memalign(std::size_t, std::size_t) noexcept TARN_ALIAS(memalign);
void* __libc_valloc(std::size_t) noexcept TARN_ALIAS(valloc);
void* __libc_pvalloc(std::size_t) noexcept TARN_ALIAS(pvalloc);
int __posix_memalign(void**, std::size_t, std::size_t) noexcept
    TARN_ALIAS(posix_memalign);

}  // extern "C"
