// sequence.hpp - a program of calls that forces a heap to be large, as text.
//
//     tarn fixed sequence 1
//     fit aligned_first_fit     whom it was made for
//     live 4096                 granules at most at one time
//     largest 256               granules of the largest block
//     forces 20480              a heap of one granule less refuses the last
//     call a 1 16                    block 1 of 16 granules, its head included
//     f 1                       block 1 goes
//     end
//
// A granule is 16 bytes. What follows `#` on a line is for people. A file may
// have several.
//
// Cost     linear in the calls.
// Threads  shared.
// Failure  read_sequences() throws BrokenSequence, which names the line.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn::compare::fixed {

/// Granules of block `block`; 0: it goes.
struct Step {
  std::uint32_t block;
  std::uint32_t granules;
};

struct Sequence {
  std::string fit;
  std::uint32_t live = 0;
  std::uint32_t largest = 0;
  std::uint32_t forces = 0;
  std::uint32_t blocks = 0;  ///< numbers of blocks are below it
  std::vector<Step> steps;
};

struct BrokenSequence : std::runtime_error {
  BrokenSequence(std::size_t line, const std::string& why)
      : std::runtime_error("line " + std::to_string(line) + ": " + why) {}
};

[[nodiscard]] std::string text_of(const Sequence& sequence);

/// One at least. Every block that goes is there, and none is made twice before.
[[nodiscard]] std::vector<Sequence> read_sequences(const std::string& text);

}  // namespace tarn::compare::fixed
