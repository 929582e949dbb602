// attack_run.cpp - the rules.
//
// SPDX-License-Identifier: MIT
#include "fixed/attack_run.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tarn::compare::fixed {
namespace {

// Granules between two blocks that have room for a block of `next`.
std::uint32_t usable(std::uint32_t begin, std::uint32_t end, std::uint32_t next,
                     bool aligned) {
  if (aligned)
    begin = (begin + next - 1) / next * next;
  return end < begin ? 0 : (end - begin) / next * next;
}

}  // namespace

std::vector<bool> pins_for(const std::vector<LiveBlock>& blocks,
                           std::uint32_t next, bool aligned) {
  const std::size_t count = blocks.size();
  constexpr std::size_t none = ~std::size_t{0};
  // Of the choices whose highest block is this one: what it costs, which is
  // their bytes and the places they leave, and the block below it.
  std::vector<std::uint64_t> cost(count);
  std::vector<std::size_t> below(count, none);
  for (std::size_t i = 0; i < count; ++i) {
    cost[i] = usable(0, blocks[i].first, next, aligned);
    for (std::size_t j = i; j-- > 0;) {
      const std::uint64_t with =
          cost[j] + usable(blocks[j].end(), blocks[i].first, next, aligned);
      if (with < cost[i]) {
        cost[i] = with;
        below[i] = j;
      }
      // What lies further down leaves a place for certain.
      if (blocks[i].first - blocks[j].end() > 2 * next)
        break;
    }
    cost[i] += blocks[i].size;
  }
  std::size_t best = none;
  std::int64_t gain = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t now = static_cast<std::int64_t>(blocks[i].end()) -
                             static_cast<std::int64_t>(cost[i]);
    if (now >= gain) {
      gain = now;
      best = i;
    }
  }
  std::vector<bool> kept(count, false);
  for (; best != none; best = below[best])
    kept[best] = true;
  return kept;
}

bool AttackRun::make(std::uint32_t size) {
  if (used_ + size > limits_.live)
    return false;
  const std::uint32_t first = subject_.place(size);
  if (first == Subject::refused)
    return false;
  const LiveBlock block{first, size, numbers_++};
  steps_.push_back({block.number, size});
  used_ += size;
  if (block.end() > high_) {
    high_ = block.end();
    reached_at_ = steps_.size();
  }
  blocks_.push_back(block);
  return true;
}

void AttackRun::end(const LiveBlock& block) {
  subject_.remove(block.first);
  steps_.push_back({block.number, 0});
  used_ -= block.size;
}

void AttackRun::keep(const std::vector<bool>& kept) {
  std::vector<LiveBlock> left;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (kept[i])
      left.push_back(blocks_[i]);
    else
      end(blocks_[i]);
  }
  blocks_ = std::move(left);
}

// Blocks that lie over the cells of one residue stay: no place of `size` at a
// multiple of it is left, and no place of 2 * size - 1 anywhere.
void AttackRun::keep_cells(Rule rule, std::uint32_t size) {
  struct Choice {
    std::uint32_t cell;
    std::vector<bool> kept;
    std::size_t blocks = 0;
    std::uint64_t granules = 0;
  };
  const auto choose = [this, size](std::uint32_t cell) {
    Choice choice{cell, std::vector<bool>(blocks_.size()), 0, 0};
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const LiveBlock& block = blocks_[i];
      const std::uint32_t next =
          block.first + (cell + size - block.first % size) % size;
      if (next >= block.end())
        continue;
      choice.kept[i] = true;
      ++choice.blocks;
      choice.granules += block.size;
    }
    return choice;
  };
  Choice one = choose(cell_ % size);
  Choice other = choose((cell_ + size / 2) % size);
  const bool takes_other =
      rule == Rule::most_blocks
          ? other.blocks > one.blocks
          : rule == Rule::least_bytes && other.granules < one.granules;
  if (takes_other)
    std::swap(one, other);
  cell_ = one.cell;
  keep(one.kept);
}

void AttackRun::free_before(Rule rule, std::uint32_t next) {
  std::sort(blocks_.begin(), blocks_.end(),
            [](const LiveBlock& one, const LiveBlock& other) {
              return one.first < other.first;
            });
  if (rule == Rule::pins || rule == Rule::aligned_pins)
    keep(pins_for(blocks_, next, rule == Rule::aligned_pins));
  else
    keep_cells(rule, next);
}

// For fits that go on from where they were: what is free stays behind. There
// must be room left for a block that fits nowhere.
void AttackRun::crawl(std::uint32_t large) {
  while (used_ + limits_.largest < limits_.live && make(large)) {
    const std::uint32_t number = blocks_.back().number;
    if (!make(1))
      return;
    release(number);
  }
}

// Where the smallest place that serves is taken, small blocks go to small
// places. So each gets one that just fits: what is left of a place, between two
// blocks, when a block was put into it that fits nowhere else. For a heap above
// all there is a block of the largest size, which goes again.
bool AttackRun::make_stair(std::uint32_t size, std::uint32_t step) {
  if (used_ + size + step + 2 * limits_.largest > limits_.live)
    return false;
  const std::uint32_t number = numbers_;
  if (!make(size + step) || !make(limits_.largest))
    return false;
  release(number);
  const bool is_made = make(size) && make(step);
  release(number + 1);
  return is_made;
}

// All places of a size are full until the last of them is made.
void AttackRun::climb(std::uint32_t first, std::uint32_t step) {
  for (std::uint32_t size = first; size + step <= limits_.largest;
       size += step) {
    std::vector<std::uint32_t> full;
    // Numbers: the place, what closes it, what fills it, what stays.
    for (std::uint32_t number = numbers_; make_stair(size, step);
         number = numbers_)
      full.push_back(number + 2);
    for (const std::uint32_t number : full)
      release(number);
  }
}

void AttackRun::release(std::uint32_t number) {
  const auto found = std::find_if(
      blocks_.rbegin(), blocks_.rend(),
      [number](const LiveBlock& one) { return one.number == number; });
  if (found == blocks_.rend())
    return;
  end(*found);
  blocks_.erase(std::next(found).base());
}

void AttackRun::play(const Program& program) {
  if (program.start == Start::stairs)
    climb(program.first, program.step);
  if (program.start == Start::crawl)
    crawl(limits_.any_size ? limits_.largest - 1 : limits_.largest / 2);
  for (const std::uint32_t size : program.sizes) {
    if (!blocks_.empty())
      free_before(program.rule, size);
    while (make(size)) {
    }
  }
}

Sequence AttackRun::sequence() const {
  Sequence sequence;
  sequence.live = limits_.live;
  sequence.largest = limits_.largest;
  sequence.forces = high_;
  sequence.steps.assign(
      steps_.begin(),
      steps_.begin() + static_cast<std::ptrdiff_t>(reached_at_));
  for (const Step& step : sequence.steps)
    sequence.blocks = std::max(sequence.blocks, step.block + 1);
  return sequence;
}

}  // namespace tarn::compare::fixed
