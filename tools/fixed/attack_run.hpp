// attack_run.hpp - one program against one heap, written down.
//
// Cost     see attack.hpp.
// Threads  confined.
// Failure  none.
// SPDX-License-Identifier: MIT
#pragma once

#include "fixed/attack.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tarn::compare::fixed {

struct LiveBlock {
  std::uint32_t first;  // granule
  std::uint32_t size;
  std::uint32_t number;
  [[nodiscard]] std::uint32_t end() const noexcept { return first + size; }
};

/// The blocks to keep, in their order, so that what the others leave has no
/// room for `next`: of such choices the one that reaches highest with least.
/// `blocks` are in the order of their addresses.
[[nodiscard]] std::vector<bool> pins_for(const std::vector<LiveBlock>& blocks,
                                         std::uint32_t next, bool aligned);

class AttackRun {
 public:
  AttackRun(Subject& subject, const Limits& limits)
      : subject_(subject), limits_(limits) {}

  void play(const Program& program);

  /// Granules up to the end of the highest block so far.
  [[nodiscard]] std::uint32_t high() const noexcept { return high_; }

  /// What was asked until it was reached.
  [[nodiscard]] Sequence sequence() const;

 private:
  bool make(std::uint32_t size);
  void end(const LiveBlock& block);
  void keep(const std::vector<bool>& kept);
  void keep_cells(Rule rule, std::uint32_t size);
  void free_before(Rule rule, std::uint32_t next);
  void crawl(std::uint32_t large);
  void climb(std::uint32_t first, std::uint32_t step);
  bool make_stair(std::uint32_t size, std::uint32_t step);
  void release(std::uint32_t number);

  Subject& subject_;
  Limits limits_;
  std::vector<LiveBlock> blocks_;
  std::vector<Step> steps_;
  std::size_t reached_at_ = 0;  // steps
  std::uint32_t high_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t numbers_ = 0;
  std::uint32_t cell_ = 0;  // of the last keep_cells
};

}  // namespace tarn::compare::fixed
