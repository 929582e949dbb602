// reach.hpp - which live blocks the program can still reach.
//
//     Reach reach;
//     if (reach.collect() && reach.mark(frame))
//       for (const Piece& piece : reach) if (!piece.is_reached) ...
//
// Cost     see leaks.hpp.
// Threads  confined, and no other runs.
// Failure  false: no memory, or roots could not be read.
// SPDX-License-Identifier: MIT
#pragma once

#include "check/live_blocks.hpp"
#include "os/roots.hpp"

#include <cstddef>
#include <cstdint>

namespace tarn::check {

struct Piece {
  LiveBlock block;
  const std::byte* furthest;  // where this and those before it end
  bool is_reached;
  std::uint32_t next;  // of those whose words wait to be looked at
  std::uint32_t next_of_pool;
  bool is_handle;
};

class Reach {
 public:
  Reach() = default;
  Reach(const Reach&) = delete;
  Reach& operator=(const Reach&) = delete;
  ~Reach();

  /// Takes all live blocks, by address.
  [[nodiscard]] bool collect() noexcept;

  /// Marks what is reached; `frame` as of with_registers().
  [[nodiscard]] bool mark(const std::byte* frame) noexcept;

  [[nodiscard]] Piece* begin() noexcept { return pieces_; }
  [[nodiscard]] Piece* end() noexcept { return pieces_ + count_; }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  void take(const LiveBlock& block) noexcept;
  void take_handle(const LiveBlock& block) noexcept;
  void find_handles() noexcept;
  void tie_pools() noexcept;
  void look_at_root(os::Stretch stretch) noexcept;
  void look(os::Stretch stretch) noexcept;
  void look_at_word(const std::byte* p) noexcept;
  void reach(std::uint32_t at) noexcept;

  Piece* pieces_ = nullptr;
  // Places of the handles, by address.
  std::uint32_t* handles_ = nullptr;
  std::uint32_t handle_count_ = 0;
  std::size_t bytes_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t room_ = 0;
  std::uint32_t waiting_ = none;
  // Nothing lies outside of these.
  const std::byte* lowest_ = nullptr;
  const std::byte* highest_ = nullptr;
};

}  // namespace tarn::check
