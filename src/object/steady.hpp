// steady.hpp - the objects of a pool whose threads must not wait.
//
//     head: [ tag | 17 ] --> node 17 --> node 4 --> node 90 --> none
//
// Treiber's stack of 1986 with a tag of half a word against ABA. Each slot has
// a node, which links those that wait and is marked while its object is in use:
// so one that comes back twice is found by a load. Nodes lie in pieces, each
// twice as large as the one before, and stay until the pool ends; so more can
// be added while others are at work.
//
// Cost     take and put: one compare-and-swap, as long as no other thread makes
//          it fail; whoever fails has let another one through.
// Threads  take and put: shared. The rest: the pool's lock.
// Failure  null or false; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/upstream.hpp"

#include "base/order.hpp"

#include <atomic>
#include <bit>
#include <climits>
#include <new>

namespace tarn::object {

struct State;

class SteadyStack {
 public:
  using Word = std::size_t;

  /// Of a checked pool: it stays empty, and what it refuses to take and put is
  /// had and given back where the checks are, so that no other call asks.
  explicit SteadyStack(State* checked) noexcept : checked_(checked) {}

  /// The object that came back last, or null.
  [[nodiscard]] void* take() noexcept {
    Word head = head_.load(std::memory_order_acquire);
    for (;;) {
      const Word number = head & low_half;
      if (number == 0) [[unlikely]]
        return refuse(head, *this);
      Node& node = node_of(number - 1);
      const Word next = node.next.load(std::memory_order_relaxed);
      // Pairs with the release of put(), by whoever; also through calls
      // between.
      if (head_.compare_exchange_weak(head, tagged(head, next & low_half),
                                      std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        node.next.store(in_use, std::memory_order_relaxed);
        return node.slot;
      }
    }
  }

  /// False: it is not in use, or was never entered.
  [[nodiscard]] bool put(Word number) noexcept {
    if (!has_node(number))
      return false;
    Node& node = node_of(number);
    if (node.next.load(std::memory_order_relaxed) != in_use ||
        node.slot == nullptr)
      return false;
    Word head = head_.load(std::memory_order_relaxed);
    do {
      node.next.store(head & low_half, std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(head, tagged(head, number + 1),
                                          std::memory_order_release,
                                          std::memory_order_relaxed));
    return true;
  }

  /// Bytes of the next piece that the nodes up to `number` lack; 0: none.
  [[nodiscard]] std::size_t lacks(Word number) const noexcept {
    for (unsigned piece = 0; piece <= piece_of(number); ++piece)
      if (pieces_[piece].load(std::memory_order_relaxed) == nullptr)
        return bytes_of(piece);
    return 0;
  }
  /// Takes in memory for a piece of so many bytes. False: it is there.
  [[nodiscard]] bool add(std::size_t bytes, Loan loan) noexcept;

  /// A slot that is in use from now on has a node. There is room.
  void enter(Word number, void* slot) noexcept {
    Node& node = node_of(number);
    node.slot = slot;
    node.next.store(in_use, std::memory_order_relaxed);
  }

  /// Objects that wait, at about this moment. Linear in nodes.
  [[nodiscard]] std::size_t waiting() const noexcept {
    std::size_t count = 0;
    for (unsigned piece = 0; piece < most_pieces; ++piece)
      if (const Node* const all =
              pieces_[piece].load(std::memory_order_acquire))
        for (Word i = 0; i < first_piece << piece; ++i)
          count += all[i].next.load(std::memory_order_relaxed) != in_use;
    return count;
  }

  /// Bytes that the nodes are in.
  [[nodiscard]] std::size_t lent() const noexcept {
    std::size_t bytes = 0;
    for (const std::size_t loan : loans_)
      bytes += loan;
    return bytes;
  }

  [[nodiscard]] std::size_t refusals() const noexcept {
    return refusals_.load(std::memory_order_relaxed);
  }

  /// All memory of the nodes; the stack is empty then.
  template <class TakeBack>
  void drop(TakeBack take_back) noexcept;

  static constexpr unsigned half = sizeof(Word) * CHAR_BIT / 2;
  static constexpr Word low_half = (Word{1} << half) - 1;
  static constexpr Word most_nodes = low_half - 1;

 private:
  // The stack comes second, in the register where g++ has it anyway: no move is
  // needed.
  [[nodiscard]] static void* refuse(Word head, SteadyStack& stack) noexcept;

  struct Node {
    // The number of the next one plus one, 0: it is the last; or in_use, also
    // of a slot without an object. Who
    // pops may read that of a node that others have: its swap then fails.
    std::atomic<std::uint32_t> next;
    void* slot;
  };
  static constexpr std::uint32_t in_use = static_cast<std::uint32_t>(low_half);
  static constexpr Word first_piece = 64;
  static constexpr unsigned most_pieces = half - 6 + 1;

  [[nodiscard]] static Word tagged(Word before, Word number) noexcept {
    return (((before >> half) + 1) << half) | number;
  }
  /// Piece 0 has the nodes 0 to 63, piece 1 the next 128, and so on.
  [[nodiscard]] static unsigned piece_of(Word number) noexcept {
    return static_cast<unsigned>(std::bit_width(number + first_piece)) - 7;
  }
  [[nodiscard]] static std::size_t bytes_of(unsigned piece) noexcept {
    return (first_piece << piece) * sizeof(Node);
  }
  [[nodiscard]] bool has_node(Word number) const noexcept {
    return pieces_[piece_of(number)].load(std::memory_order_relaxed) != nullptr;
  }
  [[nodiscard]] Node& node_of(Word number) const noexcept {
    const unsigned piece = piece_of(number);
    return pieces_[piece].load(
        std::memory_order_relaxed)[number + first_piece -
                                   (first_piece << piece)];
  }

  // Each change has another tag. Its releases pair with the acquires of take().
  alignas(64) std::atomic<Word> head_{0};
  std::atomic<std::size_t> refusals_{0};
  State* const checked_;  // null: it is not
  // Written once, before the first of their nodes is in the stack; the release
  // pairs with waiting().
  alignas(64) std::atomic<Node*> pieces_[most_pieces] = {};
  std::size_t loans_[most_pieces] = {};
};

inline bool SteadyStack::add(std::size_t bytes, Loan loan) noexcept {
  unsigned piece = 0;
  while (bytes_of(piece) < bytes)
    ++piece;
  if (pieces_[piece].load(std::memory_order_relaxed) != nullptr)
    return false;
  auto* const all = reinterpret_cast<Node*>(loan.memory);
  for (Word i = 0; i < first_piece << piece; ++i)
    ::new (all + i) Node{in_use, nullptr};
  loans_[piece] = loan.size;
  pieces_[piece].store(all, std::memory_order_release);
  return true;
}

template <class TakeBack>
void SteadyStack::drop(TakeBack take_back) noexcept {
  for (unsigned piece = 0; piece < most_pieces; ++piece)
    if (Node* const nodes = pieces_[piece].load(std::memory_order_relaxed))
      take_back(Loan{reinterpret_cast<std::byte*>(nodes), loans_[piece]});
}

}  // namespace tarn::object
