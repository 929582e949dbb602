// All pieces lie in one array, sorted by address, which is left out of the
// scan. Pieces of one pool are a ring: who reaches one has them all. A piece
// may lie in another one, as the chunk of a region that borrows of a heap. A
// pool's own object in a block of another malloc is a piece as well: what is in
// it is no root.
#include "check/reach.hpp"

#include "tarn/detail/bits.hpp"

#include "check/scan.hpp"
#include "os/memory.hpp"

#include <algorithm>

namespace tarn::check {
namespace {

bool is_lower(const Piece& one, const Piece& other) noexcept {
  return one.block.memory < other.block.memory;
}

// A block of no bytes has an address all the same.
const std::byte* end_of(const LiveBlock& block) noexcept {
  return block.memory + (block.size == 0 ? 1 : block.size);
}

}  // namespace

Reach::~Reach() {
  if (pieces_ == nullptr)
    return;
  put_back(pieces_);
  os::unreserve(reinterpret_cast<std::byte*>(pieces_), bytes_);
}

bool Reach::collect() noexcept {
  std::size_t count = 0;
  for_each_live_block(
      [](void* into, const LiveBlock&) noexcept {
        ++*static_cast<std::size_t*>(into);
      },
      &count);
  for_each_handle(
      [](void* into, const LiveBlock&) noexcept {
        ++*static_cast<std::size_t*>(into);
      },
      &count);
  if (count == 0 || count >= none)
    return false;
  const std::size_t page = os::page_size();
  bytes_ = (count * (sizeof(Piece) + 2 * sizeof(std::uint32_t)) + page - 1) /
           page * page;
  pieces_ = reinterpret_cast<Piece*>(os::reserve_zeroed(bytes_));
  if (pieces_ == nullptr)
    return false;
  if (!leave_out_for_now(pieces_, bytes_))
    return false;
  room_ = static_cast<std::uint32_t>(count);
  for_each_live_block(
      [](void* into, const LiveBlock& block) noexcept {
        static_cast<Reach*>(into)->take(block);
      },
      this);
  for_each_handle(
      [](void* into, const LiveBlock& block) noexcept {
        static_cast<Reach*>(into)->take_handle(block);
      },
      this);
  std::sort(begin(), end(), is_lower);
  const std::byte* furthest = nullptr;
  for (Piece& piece : *this) {
    if (end_of(piece.block) > furthest)
      furthest = end_of(piece.block);
    piece.furthest = furthest;
  }
  find_handles();
  tie_pools();
  return count_ != 0;
}

void Reach::take(const LiveBlock& block) noexcept {
  if (count_ != room_)
    pieces_[count_++] = {block, nullptr, false, none, none, false};
}

void Reach::take_handle(const LiveBlock& block) noexcept {
  if (count_ != room_)
    pieces_[count_++] = {block, nullptr, false, none, none, true};
}

void Reach::find_handles() noexcept {
  handles_ = reinterpret_cast<std::uint32_t*>(pieces_ + room_) + room_;
  for (std::uint32_t i = 0; i < count_; ++i)
    if (pieces_[i].is_handle)
      handles_[handle_count_++] = i;
}

void Reach::tie_pools() noexcept {
  auto* const parts = reinterpret_cast<std::uint32_t*>(pieces_ + room_);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < count_; ++i)
    if (pieces_[i].block.is_part_of_pool)
      parts[count++] = i;
  const auto pool_of = [this, parts](std::uint32_t i) noexcept {
    return pieces_[parts[i]].block.pool;
  };
  std::sort(parts, parts + count,
            [this](std::uint32_t one, std::uint32_t other) noexcept {
              return pieces_[one].block.pool < pieces_[other].block.pool;
            });
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool is_last = i + 1 == count || pool_of(i + 1) != pool_of(i);
    pieces_[parts[i]].next_of_pool = parts[is_last ? first : i + 1];
    if (is_last)
      first = i + 1;
  }
}

bool Reach::mark(const std::byte* frame) noexcept {
  lowest_ = pieces_[0].block.memory;
  highest_ = pieces_[count_ - 1].furthest;
  const bool is_whole = scan_everything(
      frame,
      [](void* into, os::Stretch stretch) noexcept {
        static_cast<Reach*>(into)->look_at_root(stretch);
      },
      this);
  while (waiting_ != none) {
    const Piece& piece = pieces_[waiting_];
    waiting_ = piece.next;
    if (!piece.block.is_room)
      look({piece.block.memory, piece.block.memory + piece.block.size});
  }
  return is_whole;
}

// All of it but the handles.
void Reach::look_at_root(os::Stretch stretch) noexcept {
  const auto* handle = std::upper_bound(
      handles_, handles_ + handle_count_, stretch.begin,
      [this](const std::byte* from, std::uint32_t at) noexcept {
        return from < end_of(pieces_[at].block);
      });
  for (; handle != handles_ + handle_count_; ++handle) {
    const LiveBlock& out = pieces_[*handle].block;
    if (out.memory >= stretch.end)
      break;
    look({stretch.begin, out.memory});
    stretch.begin = end_of(out);
  }
  look(stretch);
}

// What is looked at may be anything's, redzones of a sanitizer included.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void Reach::look(
    os::Stretch stretch) noexcept {
  constexpr std::size_t width = sizeof(void*);
  const std::byte* const end = stretch.end;
  for (const std::byte* p =
           detail::align_up(const_cast<std::byte*>(stretch.begin), width);
       p < end && detail::bytes_between(p, end) >= width; p += width) {
    const std::byte* const word =
        *reinterpret_cast<const std::byte* const volatile*>(p);
    if (word >= lowest_ && word < highest_) {
      look_at_word(word);
    }
  }
}

void Reach::look_at_word(const std::byte* p) noexcept {
  Piece* const above =
      std::upper_bound(begin(), end(), p,
                       [](const std::byte* word, const Piece& piece) noexcept {
                         return word < piece.block.memory;
                       });
  for (Piece* piece = above; piece != begin() && piece[-1].furthest > p;)
    if (end_of((--piece)->block) > p)
      reach(static_cast<std::uint32_t>(piece - pieces_));
}

void Reach::reach(std::uint32_t at) noexcept {
  for (; at != none && !pieces_[at].is_reached; at = pieces_[at].next_of_pool) {
    pieces_[at].is_reached = true;
    pieces_[at].next = waiting_;
    waiting_ = at;
  }
}

}  // namespace tarn::check
