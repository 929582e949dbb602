// Blocks of a region that a sanitizer looks at. Before each lies what it is,
// where nobody but this may read or write; where its alignment asks for more
// than that before it, a copy lies where its room begins. So whoever goes from
// there on finds all blocks that live.
#include "check/fills.hpp"
#include "check/kept_reachable.hpp"
#include "check/region.hpp"
#include "check/region_graves.hpp"
#include "check/shadow.hpp"
#include "os/sanitizers.hpp"
#include "port/world.hpp"
#include "region/records.hpp"

#include <new>
#include <utility>

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

  // From the block on, with the redzone behind it.
  std::uint32_t redzones;
  std::uint32_t kept;  // of kept_reachable.hpp
  std::uint32_t front;
  std::uint32_t sign;  // `live` xor the low half of the head's address
};
static_assert(sizeof(Head) == port::region_redzone);
constexpr std::size_t most_room = port::region_redzone << 32;

std::uint32_t sign_of(const Head& head) noexcept {
  return Head::live ^ static_cast<std::uint32_t>(detail::address_of(&head));
}

std::uint32_t redzones_in(std::size_t room) noexcept {
  return static_cast<std::uint32_t>(room / port::region_redzone);
}

Head& head_at(std::byte* memory) noexcept {
  return *reinterpret_cast<Head*>(memory);
}

Head& head_of(std::byte* block) noexcept {
  return head_at(block - sizeof(Head));
}

std::byte* end_of(std::byte* block) noexcept {
  return block + head_of(block).redzones * port::region_redzone;
}

bool is_live(std::byte* block) noexcept {
  return head_of(block).sign == sign_of(head_of(block));
}

std::size_t bytes_to(const std::byte* from, const std::byte* to) noexcept {
  return detail::bytes_between(from, to);
}

// That whose room begins there, or null.
std::byte* block_in(std::byte* begin, const std::byte* to) noexcept {
  const Head& head = head_at(begin);
  if (head.sign != sign_of(head) || head.front > bytes_to(begin, to))
    return nullptr;
  std::byte* const block = begin + head.front;
  return is_live(block) && head_of(block).front == head.front ? block : nullptr;
}

// Who is told of each block is told of each end.
void end_blocks(std::byte* from, std::byte* to) noexcept {
  if (!os::has_memcheck())
    return;
  while (from < to) {
    std::byte* const block = block_in(from, to);
    if (block != nullptr) {
      os::end_block(block);
      let_go(head_of(block).kept);
    }
    from = block != nullptr ? end_of(block) : from + port::region_redzone;
  }
}

// Their values go, so that a key does not stay.
void end_bytes(std::byte* from, std::byte* to) noexcept {
  const std::size_t size = bytes_to(from, to);
  os::end_of_use(from, size);
  os::unpoison(from, size);
  fill(from, size, freed_fill);
}

void lent(RegionWatch& watch, Loan loan, bool is_large) noexcept {
  os::take_over(loan.memory, loan.size);
  const std::size_t header = is_large ? 0 : sizeof(detail::RegionChunk);
  if (is_large)
    state_of(watch).large = loan.memory;
  os::poison(loan.memory + header, loan.size - header);
}

// The head of a large block lies where its alignment has it.
void show_large(RegionState& state, std::byte* begin) noexcept {
  const std::byte* const memory = std::exchange(state.large, nullptr);
  if (memory != nullptr)
    os::unpoison(begin - sizeof(detail::LargeBlock),
                 sizeof(detail::LargeBlock));
}

void* allocated(RegionWatch& watch, const RegionBlock& made, std::size_t size,
                std::size_t) noexcept {
  std::byte* const block = made.begin + made.front;
  const std::size_t room = bytes_to(block, made.end);
  if (room >= most_room)
    return nullptr;
  show_large(state_of(watch), made.begin);
  const os::Unseen unseen;
  Head& head = head_of(block);
  head = {redzones_in(room), keep_reachable(block, size),
          static_cast<std::uint32_t>(made.front), sign_of(head)};
  Head& first = head_at(made.begin);
  first = head;
  first.sign = sign_of(first);
  os::begin_block(block, size);
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
  const os::Unseen unseen;
  if (!is_live(block))
    return {};
  const std::size_t front = head_of(block).front;
  return {block - front, end_of(block), front};
}

void given_up(RegionWatch&, void* p) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  const os::Unseen unseen;
  Head& head = head_of(block);
  std::byte* const end = end_of(block);
  os::end_block(block);
  let_go(head.kept);
  head.sign = 0;
  end_bytes(block, end - port::region_redzone);
  os::poison(block, bytes_to(block, end));
}

// Its bytes keep their values, and those that come have none.
void resized(RegionWatch&, void* p, std::size_t size, std::byte* end) noexcept {
  auto* const block = static_cast<std::byte*>(p);
  const os::Unseen unseen;
  Head& head = head_of(block);
  head.redzones = redzones_in(bytes_to(block, end));
  os::resize_block(block, resize_kept(head.kept, size), size);
  os::poison(block + size, bytes_to(block + size, end));
}

void verify(RegionWatch&) noexcept {}

std::byte* ended(RegionWatch&, std::byte* from, std::byte* to, Loan) noexcept {
  const os::Unseen unseen;
  end_blocks(from, to);
  end_bytes(from, to);
  os::poison(from, bytes_to(from, to));
  return to;
}

bool retire(RegionWatch& watch, Loan loan, std::byte* from, std::byte* to,
            bool is_systems) noexcept {
  const os::Unseen unseen;
  end_blocks(from, to);
  end_bytes(from, to);
  os::hand_over(loan.memory, loan.size);
  if (!is_systems) {
    os::unpoison(loan.memory, loan.size);
    os::make_written(loan.memory, loan.size);
    return false;
  }
  bury_in_shadow({loan.memory, loan.size, from, to, nullptr,
                  state_of(watch).number, watch.ending, 0, port::clock_ms(),
                  this_thread(), false});
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
