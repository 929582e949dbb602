// attack.cpp - which programs are tried, and whether the best one holds.
//
// SPDX-License-Identifier: MIT
#include "fixed/attack.hpp"

#include "fixed/attack_run.hpp"
#include "worker/sizes.hpp"

#include <algorithm>
#include <utility>

namespace tarn::compare::fixed {
namespace {

using Sizes = std::vector<std::uint32_t>;

// What programs find before them: as many times the live granules as no rule
// but crawling has forced, and more.
constexpr std::uint32_t ample = 24;

// Sizes that grow by `numerator`/`denominator`, and by one at least.
Sizes growing(std::uint32_t largest, std::uint32_t numerator,
              std::uint32_t denominator, std::uint32_t more) {
  Sizes sizes;
  for (std::uint32_t size = 1; size < largest;
       size = std::max(size + 1, size * numerator / denominator + more))
    sizes.push_back(size);
  sizes.push_back(largest);
  return sizes;
}

std::vector<Program> first_programs(const Limits& limits) {
  constexpr Rule rules[] = {Rule::most_blocks, Rule::least_bytes,
                            Rule::first_cells, Rule::pins, Rule::aligned_pins};
  std::vector<Program> all;
  const Sizes powers = growing(limits.largest, 2, 1, 0);
  for (const Rule rule : rules)
    all.push_back({rule, powers, Start::plain, 0, 0});
  all.push_back({Rule::pins, {limits.largest}, Start::crawl, 0, 0});
  if (!limits.any_size)
    return all;
  for (const std::uint32_t part : {16u, 8u, 4u, 2u})
    for (const std::uint32_t step : {1u, 2u, 4u, 8u, 16u})
      if (step <= limits.largest / part)
        all.push_back({Rule::pins,
                       {limits.largest},
                       Start::stairs,
                       limits.largest / part,
                       step});
  for (const Rule rule : {Rule::pins, Rule::aligned_pins}) {
    // One more than a power of two is what rounding to one loses most by.
    all.push_back({rule, growing(limits.largest, 2, 1, 1), Start::plain, 0, 0});
    Sizes above;
    for (const std::uint32_t size : powers)
      above.push_back(std::min(size + (size > 1 ? 1 : 0), limits.largest));
    above.back() = std::max(limits.largest / 2 + 1, 1u);
    all.push_back({rule, above, Start::plain, 0, 0});
    all.push_back({rule, growing(limits.largest, 3, 2, 0), Start::plain, 0, 0});
    all.push_back({rule, growing(limits.largest, 5, 4, 0), Start::plain, 0, 0});
    all.push_back({rule, growing(limits.largest, 3, 1, 0), Start::plain, 0, 0});
  }
  return all;
}

std::uint32_t drawn_size(Random& random, const Limits& limits) {
  std::uint32_t size = random.between(1, limits.largest);
  if (!limits.any_size)
    while ((size & (size - 1)) != 0)
      size &= size - 1;
  return size;
}

// One size more, less, or another one.
Program changed(Program program, Random& random, const Limits& limits) {
  Sizes& sizes = program.sizes;
  const std::uint32_t at =
      random.between(0, static_cast<std::uint32_t>(sizes.size()) - 1);
  const auto place = sizes.begin() + at;
  switch (random.between(0, 3)) {
    case 0:
      sizes.insert(place, drawn_size(random, limits));
      break;
    case 1:
      if (sizes.size() > 1)
        sizes.erase(place);
      break;
    case 2:
      *place = drawn_size(random, limits);
      break;
    default:
      program.rule = static_cast<Rule>(random.between(0, 4));
      break;
  }
  // Cells are counted in sizes that double.
  if (limits.any_size && program.rule < Rule::pins)
    program.rule = Rule::pins;
  return program;
}

bool serves(Subject& subject, const Sequence& sequence, std::uint32_t heap,
            std::vector<std::uint32_t>& firsts) {
  subject.begin(heap);
  for (const Step& step : sequence.steps) {
    std::uint32_t& first = firsts[step.block];
    if (step.granules == 0) {
      subject.remove(first);
      continue;
    }
    first = subject.place(step.granules);
    if (first == Subject::refused)
      return false;
  }
  return true;
}

}  // namespace

std::string name_of(const Program& program) {
  if (program.start != Start::plain)
    return program.start == Start::crawl ? "crawl" : "stairs";
  switch (program.rule) {
    case Rule::most_blocks:
    case Rule::least_bytes:
    case Rule::first_cells:
      return "cells";
    case Rule::pins:
      return "pins";
    case Rule::aligned_pins:
      return "aligned";
  }
  return "";
}

std::uint32_t least_heap(Subject& subject, const Sequence& sequence,
                         std::uint32_t most) {
  std::vector<std::uint32_t> firsts(sequence.blocks);
  if (!serves(subject, sequence, most, firsts))
    return 0;
  // The sequence says where to look first: there the answer is largest.
  const std::uint32_t said = sequence.forces;
  if (said > 1 && said <= most && serves(subject, sequence, said, firsts) &&
      !serves(subject, sequence, said - 1, firsts))
    return said;
  std::uint32_t refuses = 0;
  std::uint32_t enough = most;
  while (enough - refuses > 1) {
    const std::uint32_t middle = refuses + (enough - refuses) / 2;
    (serves(subject, sequence, middle, firsts) ? enough : refuses) = middle;
  }
  return enough;
}

Forced force(Subject& subject, const Limits& limits) {
  const std::uint32_t most = limits.live * std::max(limits.largest, ample);
  Random random{19710701};
  Forced best;
  const auto attempt = [&](const Program& program) {
    // A large heap costs time to begin, and few programs can fill it.
    subject.begin(program.start == Start::plain ? limits.live * ample : most);
    AttackRun run(subject, limits);
    run.play(program);
    if (run.high() <= best.sequence.forces)
      return;
    // Where it was reached in a heap without end, is it needed too?
    Sequence sequence = run.sequence();
    sequence.forces = least_heap(subject, sequence, most);
    if (sequence.forces > best.sequence.forces)
      best = {std::move(sequence), program};
  };
  for (const Program& program : first_programs(limits))
    attempt(program);
  for (int i = 0; i < limits.tries; ++i)
    attempt(changed(best.program, random, limits));
  return best;
}

}  // namespace tarn::compare::fixed
