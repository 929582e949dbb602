#include "check/stack_table.hpp"

#include "port/world.hpp"

#include <bit>
#include <cstring>

namespace tarn::check {
namespace {

// A head for each so many bytes: half a megabyte of a gigabyte.
constexpr std::size_t bytes_for_a_head = 8192;

// Of a hash as much as an entry keeps.
constexpr std::uint64_t hash_mask = (1u << 24) - 1;

// Two chains of multiplications, which a processor follows at once.
std::uint64_t hash_of(const std::uintptr_t* calls, unsigned count) noexcept {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  std::uint64_t even = count;
  std::uint64_t odd = 0;
  unsigned i = 0;
  for (; i + 1 < count; i += 2) {
    even = (std::rotl(even, 23) ^ calls[i]) * golden;
    odd = (std::rotl(odd, 23) ^ calls[i + 1]) * golden;
  }
  if (i != count)
    even = (std::rotl(even, 23) ^ calls[i]) * golden;
  return (even ^ std::rotl(odd, 32)) * golden;
}

}  // namespace

StackTable::StackTable(std::byte* memory, std::size_t size) noexcept
    : memory_(memory),
      size_(size),
      head_bits_(
          static_cast<unsigned>(std::bit_width(size / bytes_for_a_head)) - 1),
      used_(sizeof(Head) << head_bits_) {}

StackId StackTable::enter(const std::uintptr_t* calls,
                          unsigned count) noexcept {
  const std::uint64_t mixed = hash_of(calls, count);
  const std::uint32_t hash = mixed & hash_mask;
  Head& head = reinterpret_cast<Head*>(memory_)[mixed >> (64 - head_bits_)];
  // Pairs with the release below: who sees a number sees its stack.
  StackId first = head.load(std::memory_order_acquire);
  if (const StackId known = find(first, 0, hash, calls, count); known != 0)
    return known;
  Entry* const made = make(calls, count);
  if (made == nullptr)
    return 0;
  made->hash = hash & hash_mask;
  const auto id = static_cast<StackId>(
      static_cast<std::size_t>(reinterpret_cast<std::byte*>(made) - memory_) /
      8);
  for (;;) {
    made->next = first;
    const StackId before = first;
    if (head.compare_exchange_weak(first, id, std::memory_order_acq_rel,
                                   std::memory_order_acquire))
      return id;
    // Others came in between; one of them may have entered the same.
    if (const StackId known = find(first, before, hash, calls, count);
        known != 0)
      return known;
  }
}

Stack StackTable::find(StackId id) const noexcept {
  if (id == 0)
    return {nullptr, 0};
  const Entry* const found = entry(id);
  return {reinterpret_cast<const std::uintptr_t*>(found + 1), found->count};
}

StackId StackTable::find(StackId first, StackId end, std::uint32_t hash,
                         const std::uintptr_t* calls,
                         unsigned count) const noexcept {
  for (StackId id = first; id != end; id = entry(id)->next) {
    const Entry* const one = entry(id);
    if (one->hash == hash && one->count == count &&
        std::memcmp(one + 1, calls, count * sizeof *calls) == 0)
      return id;
  }
  return 0;
}

StackTable::Entry* StackTable::make(const std::uintptr_t* calls,
                                    unsigned count) noexcept {
  const std::size_t bytes = sizeof(Entry) + count * sizeof *calls;
  // Asked first, so that a full table's count does not run over.
  if (is_full())
    return nullptr;
  const std::size_t at = used_.fetch_add(bytes, std::memory_order_relaxed);
  if (at + bytes > size_)
    return nullptr;
  auto* const made = reinterpret_cast<Entry*>(memory_ + at);
  made->count = count & 0xFF;
  made->lives.first.store(port::clock_ms(), std::memory_order_relaxed);
  std::memcpy(reinterpret_cast<std::uintptr_t*>(made + 1), calls,
              count * sizeof *calls);
  return made;
}

}  // namespace tarn::check
