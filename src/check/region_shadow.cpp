// Blocks of a region that a sanitizer looks at. Before each lies what it is,
// where nobody but this may read or write.
#include "check/fills.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/shadow.hpp"
#include "os/sanitizers.hpp"
#include "port/world.hpp"
#include "region/records.hpp"

#include <new>

namespace tarn::check::regions {
// Names of the table, as those of mode full.
namespace shadowed {
namespace {

using port::RegionBlock;
using port::RegionUse;
using port::RegionWatch;

// Ends at the block.
struct Head {
  static constexpr std::uint32_t live = 0x7A62'1E4D;

  std::uint64_t room;  // from the block on, with the redzone behind it
  std::uint32_t front;
  std::uint32_t sign;  // `live` xor the low half of the block's address
};
static_assert(sizeof(Head) == port::region_redzone);

std::uint32_t sign_of(const std::byte* block) noexcept {
  return Head::live ^ static_cast<std::uint32_t>(detail::address_of(block));
}

Head& head_of(std::byte* block) noexcept {
  return *reinterpret_cast<Head*>(block - sizeof(Head));
}

std::size_t bytes_to(const std::byte* from, const std::byte* to) noexcept {
  return detail::bytes_between(from, to);
}

// Their values go, so that a key does not stay.
void end_bytes(std::byte* from, std::byte* to) noexcept {
  const std::size_t size = bytes_to(from, to);
  os::end_of_use(from, size);
  os::unpoison(from, size);
  fill(from, size, freed_fill);
}

void lent(RegionWatch&, Loan loan, bool is_large) noexcept {
  os::take_over(loan.memory, loan.size);
  const std::size_t header =
      is_large ? sizeof(detail::LargeBlock) : sizeof(detail::RegionChunk);
  os::poison(loan.memory + header, loan.size - header);
}

void* allocated(RegionWatch&, const RegionBlock& made, std::size_t size,
                std::size_t) noexcept {
  std::byte* const block = made.begin + made.front;
  head_of(block) = {bytes_to(block, made.end),
                    static_cast<std::uint32_t>(made.front), sign_of(block)};
  os::unpoison(block, size);
  os::make_fresh(block, size);
  return block;
}

// None is used again: who kept its address is told for as long as it is not.
void* again(RegionWatch&, std::size_t, std::size_t) noexcept {
  return nullptr;
}

RegionBlock find(RegionWatch& watch, void* p, std::size_t, RegionUse) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  if (detail::address_of(p) % port::region_redzone != 0 ||
      !watch.region->owns(block))
    return {};
  Head& head = head_of(block);
  if (head.sign != sign_of(block))
    return {};
  return {block - head.front, block + head.room, head.front};
}

void given_up(RegionWatch&, void* p) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  Head& head = head_of(block);
  head.sign = 0;
  end_bytes(block, block + head.room - port::region_redzone);
  os::poison(block, head.room);
}

// Its bytes keep their values, and those that come have none.
void resized(RegionWatch&, void* p, std::size_t size, std::byte* end) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  head_of(block).room = bytes_to(block, end);
  os::unpoison(block, size);
  os::poison(block + size, bytes_to(block + size, end));
}

void verify(RegionWatch&) noexcept {}

std::byte* ended(RegionWatch&, std::byte* from, std::byte* to, Loan) noexcept {
  end_bytes(from, to);
  os::poison(from, bytes_to(from, to));
  return to;
}

bool retire(RegionWatch& watch, Loan loan, std::byte* from, std::byte* to,
            bool is_systems) noexcept {
  end_bytes(from, to);
  os::hand_over(loan.memory, loan.size);
  if (!is_systems) {
    os::unpoison(loan.memory, loan.size);
    os::make_written(loan.memory, loan.size);
    return false;
  }
  bury_in_shadow({loan.memory, loan.size, from, to, nullptr,
                  state_of(watch).number, watch.ending, 0, port::clock_ms(),
                  this_thread()});
  return true;
}

std::byte* after_mark(RegionWatch&, std::byte* next, Loan) noexcept {
  return next;
}

bool make_room() noexcept {
  return empty_shadow_graves();
}

void about_to_end(RegionWatch&) noexcept {}

}  // namespace
}  // namespace shadowed

constinit const port::RegionHooks shadow_hooks = {
    .lent = shadowed::lent,
    .allocated = shadowed::allocated,
    .again = shadowed::again,
    .find = shadowed::find,
    .given_up = shadowed::given_up,
    .resized = shadowed::resized,
    .verify = shadowed::verify,
    .ended = shadowed::ended,
    .retire = shadowed::retire,
    .after_mark = shadowed::after_mark,
    .merge = merge,
    .make_room = shadowed::make_room,
    .about_to_end = shadowed::about_to_end,
    .end = end,
    .used_after_end = used_after_end,
    .tell = tell,
    .linger = linger};

}  // namespace tarn::check::regions
