// The C library's functions are found when the first of its pointers comes.
// What stands before a block tells whether it is one: glibc keeps its size and
// three flags there, and the size leads to the next one, which says that this
// one is in use.
#include "doors/malloc/foreign.hpp"

#include "tarn/detail/bits.hpp"

#include "base/memory_orders.hpp"
#include "heap/slow.hpp"
#include "os/memory.hpp"
#include "os/sanitizers.hpp"

#include <atomic>
#include <cstdint>
#include <dlfcn.h>

// Where all is linked into one file nothing finds symbols by name.
#pragma weak dlsym

namespace tarn::malloc_door {
namespace {

using base::relaxed;

// Counts only; orders nothing.
constinit std::atomic<std::size_t> calls{0};

template <class Function>
Function* next(const char* name) noexcept {
  return &dlsym == nullptr
             ? nullptr
             : reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Before a block: its size with flags, and before that a word that means
// something of a block with a mapping of its own.
struct Header {
  std::size_t before;
  std::size_t word;

  static constexpr std::size_t in_use_before = 1;
  static constexpr std::size_t is_mapped = 2;
  static constexpr std::size_t flags = 7;
  static constexpr std::size_t least = 32;

  [[nodiscard]] std::size_t size() const noexcept { return word & ~flags; }
};
static_assert(sizeof(Header) == max_align);

bool is_readable(const Header* header) noexcept {
  return os::is_readable(header) && os::is_readable(&header->word);
}

// Whether it looks like a block that glibc gave and did not take back.
bool is_of_glibc(const void* p) noexcept {
  if (detail::address_of(p) % max_align != 0)
    return false;
  const Header* const header = static_cast<const Header*>(p) - 1;
  if (!is_readable(header))
    return false;
  const std::size_t size = header->size();
  if (size < Header::least || size % max_align != 0 || size > no_limit / 2)
    return false;
  if ((header->word & Header::is_mapped) != 0) {
    const std::size_t page = os::page_size();
    return (detail::address_of(header) - header->before) % page == 0 &&
           (header->before + size) % page == 0;
  }
  const Header* const behind = header + size / sizeof(Header);
  return is_readable(behind) && (behind->word & Header::in_use_before) != 0;
}

// Another malloc may stand between, of whose blocks nothing is known. False: it
// was told that nobody gave it, and the program goes on.
bool is_known(void* p) noexcept {
  // Its blocks look like no others, and it tells of those that are none.
  if (os::has_memcheck()) [[unlikely]]
    return true;
  static constinit std::atomic<bool> is_glibc_next{false};
  static constinit std::atomic<bool> was_looked{false};
  if (!was_looked.load(std::memory_order_acquire)) {
    void* const own = reinterpret_cast<void*>(next<void(void*)>("__libc_free"));
    is_glibc_next.store(own != nullptr && own == reinterpret_cast<void*>(
                                                     next<void(void*)>("free")),
                        relaxed);
    was_looked.store(true, std::memory_order_release);
  }
  if (is_glibc_next.load(relaxed) && !is_of_glibc(p)) {
    if (heap::is_told(p))
      return false;
    heap::report_stray(p);
  }
  calls.fetch_add(1, relaxed);
  return true;
}

// The next library's function of that name, found once. Null: it is not for
// anybody.
template <class Function>
Function* forward(std::atomic<Function*>& known, const char* name,
                  void* p) noexcept {
  if (!is_known(p))
    return nullptr;
  Function* found = known.load(relaxed);
  if (found == nullptr) {
    found = next<Function>(name);
    known.store(found, relaxed);
  }
  if (found == nullptr)
    heap::report_stray(p);
  return found;
}

using Free = void(void*);
using Reallocate = void*(void*, std::size_t);
using SizeOf = std::size_t(void*);

constinit std::atomic<Free*> known_free{nullptr};
constinit std::atomic<Reallocate*> known_realloc{nullptr};
constinit std::atomic<SizeOf*> known_size{nullptr};

}  // namespace

bool is_foreign(const void* p) noexcept {
  return !heap::is_in_space(p);
}

void free_foreign(void* p) noexcept {
  if (Free* const next_free = forward(known_free, "free", p))
    next_free(p);
}

void* reallocate_foreign(void* p, std::size_t size) noexcept {
  Reallocate* const next_realloc = forward(known_realloc, "realloc", p);
  return next_realloc != nullptr ? next_realloc(p, size) : nullptr;
}

std::size_t size_of_foreign(void* p) noexcept {
  SizeOf* const next_size = forward(known_size, "malloc_usable_size", p);
  return next_size != nullptr ? next_size(p) : 0;
}

std::size_t foreign_calls() noexcept {
  return calls.load(relaxed);
}

}  // namespace tarn::malloc_door
