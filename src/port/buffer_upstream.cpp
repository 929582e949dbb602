// A list of free pieces in address order; each begins with its own header. What
// is lent carries nothing: the loan's size tells where it ends. All sizes are
// multiples of the header, so that a remainder can always hold one.
#include "tarn/upstream.hpp"

#include "base/order.hpp"
#include "base/type_information.hpp"
#include "port/fault.hpp"

#include <new>

namespace tarn {
inline namespace v1 {

namespace {

[[noreturn]] void report(Fault fault, Loan loan, const char* why) noexcept {
  base::Line line;
  line << "free of " << base::Hex{loan.memory}
       << " into a buffer upstream: " << why;
  port::report(fault, line);
}

}  // namespace

struct alignas(max_align) BufferUpstream::Piece {
  Piece* next;
  std::size_t size;  // bytes, this header included; a multiple of it

  std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this); }
  std::byte* end() noexcept { return begin() + size; }
};

BufferUpstream::BufferUpstream(void* buffer, std::size_t size) noexcept
    : begin_(static_cast<std::byte*>(buffer)), end_(begin_), pieces_(nullptr) {
  std::byte* const first = detail::align_up(begin_, alignof(Piece));
  const std::size_t gap = detail::bytes_between(begin_, first);
  if (buffer == nullptr || size < gap + sizeof(Piece))
    return;
  const std::size_t room = (size - gap) / sizeof(Piece) * sizeof(Piece);
  begin_ = first;
  end_ = first + room;
  pieces_ = ::new (first) Piece{nullptr, room};
}

Loan BufferUpstream::lend(const Ask& ask) noexcept {
  if (!is_pow2(ask.align))
    port::report_bad_alignment(ask.align);
  if (ask.size > detail::bytes_between(begin_, end_))
    return {};
  const std::size_t size =
      detail::round_up(base::larger<std::size_t>(ask.size, 1), sizeof(Piece));
  const std::size_t align = base::larger(ask.align, alignof(Piece));
  for (Piece** link = &pieces_; *link != nullptr; link = &(*link)->next) {
    Piece* const piece = *link;
    std::byte* const block = detail::align_up(piece->begin(), align);
    const std::size_t gap = detail::bytes_between(piece->begin(), block);
    if (block < piece->begin() || gap > piece->size || size > piece->size - gap)
      continue;
    // What lies before and behind the block stays free. Read first: the
    // headers may lie where the block's are.
    Piece* rest = piece->next;
    std::byte* const end = piece->end();
    if (block + size != end)
      rest = ::new (block + size)
          Piece{rest, detail::bytes_between(block + size, end)};
    if (gap != 0) {
      piece->size = gap;
      piece->next = rest;
    } else {
      *link = rest;
    }
    return {block, size};
  }
  return {};
}

void BufferUpstream::take_back(Loan loan) noexcept {
  if (!owns(loan.memory) ||
      loan.size > detail::bytes_between(loan.memory, end_))
    report(Fault::wrong_pool, loan, "it does not lie in its buffer");
  Piece* before = nullptr;
  Piece* after = pieces_;
  while (after != nullptr && after->begin() < loan.memory) {
    before = after;
    after = after->next;
  }
  if ((before != nullptr && before->end() > loan.memory) ||
      (after != nullptr && after->begin() < loan.memory + loan.size))
    report(Fault::double_free, loan, "it is free already");
  Piece* const piece = ::new (loan.memory) Piece{after, loan.size};
  (before != nullptr ? before->next : pieces_) = piece;
  if (after != nullptr && piece->end() == after->begin()) {
    piece->size += after->size;
    piece->next = after->next;
  }
  if (before != nullptr && before->end() == piece->begin()) {
    before->size += piece->size;
    before->next = piece->next;
  }
}

std::size_t BufferUpstream::free_bytes() const noexcept {
  std::size_t sum = 0;
  for (const Piece* piece = pieces_; piece != nullptr; piece = piece->next)
    sum += piece->size;
  return sum;
}

std::size_t BufferUpstream::largest_free() const noexcept {
  std::size_t largest = 0;
  for (const Piece* piece = pieces_; piece != nullptr; piece = piece->next)
    largest = base::larger(largest, piece->size);
  return largest;
}

bool BufferUpstream::owns(const void* p) const noexcept {
  return detail::is_between(begin_, p, end_);
}

bool BufferUpstream::check() const noexcept {
  const std::byte* free_until = nullptr;  // end of the piece before
  for (Piece* piece = pieces_; piece != nullptr; piece = piece->next) {
    const bool placed = owns(piece) && piece->end() <= end_ &&
                        piece->size != 0 && piece->size % sizeof(Piece) == 0;
    if (!placed || piece->begin() <= free_until)
      return false;
    free_until = piece->end();
  }
  return true;
}

}  // namespace v1
}  // namespace tarn
