// A block of glibc has a word before it with the bytes up to the next one's and
// three flags; it has been so for longer than 64 bits have. Two of them are
// looked at, which something else is hardly taken for.
#include "os/malloc_block.hpp"

#include "tarn/detail/bits.hpp"

#include "base/build.hpp"
#include "os/memory.hpp"

#include <cstdint>
#include <features.h>

namespace tarn::os {
namespace {

#ifdef __GLIBC__
constexpr bool is_known_malloc = sizeof(void*) == 8 && !base::is_instrumented;
#else
constexpr bool is_known_malloc = false;
#endif

constexpr std::uintptr_t word = sizeof(std::uintptr_t);
constexpr std::uintptr_t unit = 2 * word;
constexpr std::uintptr_t least_page = 4 * KiB;

constexpr std::uintptr_t flags = 7;
constexpr std::uintptr_t is_used_before = 1;
constexpr std::uintptr_t is_mapped = 2;

constexpr std::uintptr_t most_bytes = std::uintptr_t{1} << 47;

// What cannot be read is 0. `beside` can be read.
std::uintptr_t word_at(std::uintptr_t place, std::uintptr_t beside) noexcept {
  const auto* const p = reinterpret_cast<const std::uintptr_t*>(place);
  if (place / least_page != beside / least_page && !is_readable(p))
    return 0;
  return *p;
}

}  // namespace

bool is_block_of_malloc(const void* p, std::size_t size) noexcept {
  const std::uintptr_t block = detail::address_of(p);
  if (!is_known_malloc || block % unit != 0)
    return false;
  const std::uintptr_t head = word_at(block - word, block);
  const std::uintptr_t bytes = head & ~flags;
  // What is left beyond it is too small for a block of its own, or no larger
  // than the least one where an alignment was asked for.
  const std::uintptr_t least = (size + word + unit - 1) & -unit;
  if ((head & is_mapped) != 0 || bytes < least || bytes > least + 2 * unit)
    return false;
  const std::uintptr_t next = word_at(block - word + bytes, block);
  return (next & is_used_before) != 0 && (next & ~flags) >= unit &&
         next < most_bytes;
}

}  // namespace tarn::os
