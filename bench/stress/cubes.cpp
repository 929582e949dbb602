// cubes.cpp - the complement of a logic function, by halving it again and
// again.
//
//     bench_stress_cubes [--inputs 20] [--cubes 60] [--rounds 1]
//
// A cube is a product of literals, a cover the sum of cubes. The complement of
// a cover is that of its two halves by one input, each computed by the same
// rule; cubes that another one contains are dropped. Each cube is a block of
// its own and covers are arrays that grow: much of mixed small size that lives
// as long as a branch of the tree, as in a minimizer of logic (Brayton et al.,
// 1984).
//
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <memory>

using namespace tarn::bench;

namespace {

// For each input two words' bits: may it be 0, may it be 1?
class Cube {
 public:
  explicit Cube(std::size_t inputs) : values_(inputs, 3) {}

  [[nodiscard]] unsigned char at(std::size_t input) const {
    return values_[input];
  }
  void set(std::size_t input, unsigned char value) { values_[input] = value; }

  [[nodiscard]] bool is_everything() const {
    for (const unsigned char value : values_)
      if (value != 3)
        return false;
    return true;
  }

  [[nodiscard]] bool contains(const Cube& other) const {
    for (std::size_t i = 0; i < values_.size(); ++i)
      if ((other.values_[i] & ~values_[i]) != 0)
        return false;
    return true;
  }

 private:
  std::vector<unsigned char> values_;
};

using Cover = std::vector<std::unique_ptr<Cube>>;

[[nodiscard]] std::unique_ptr<Cube> copy_of(const Cube& cube) {
  return std::make_unique<Cube>(cube);
}

// The input that most cubes speak of, or `inputs` where none does.
[[nodiscard]] std::size_t busiest(const Cover& cover, std::size_t inputs) {
  std::size_t best = inputs;
  std::size_t most = 0;
  for (std::size_t input = 0; input < inputs; ++input) {
    std::size_t spoken = 0;
    for (const auto& cube : cover)
      spoken += cube->at(input) != 3 ? 1 : 0;
    if (spoken > most) {
      most = spoken;
      best = input;
    }
  }
  return best;
}

// What the cover is where the input has this value.
[[nodiscard]] Cover half_of(const Cover& cover, std::size_t input,
                            unsigned char value) {
  Cover half;
  for (const auto& cube : cover) {
    if ((cube->at(input) & value) == 0)
      continue;
    half.push_back(copy_of(*cube));
    half.back()->set(input, 3);
  }
  return half;
}

void add(Cover& cover, std::unique_ptr<Cube> cube) {
  for (const auto& other : cover)
    if (other->contains(*cube))
      return;
  std::erase_if(cover,
                [&](const auto& other) { return cube->contains(*other); });
  cover.push_back(std::move(cube));
}

[[nodiscard]] Cover complement(const Cover& cover, std::size_t inputs) {
  Cover result;
  if (cover.empty()) {
    result.push_back(std::make_unique<Cube>(inputs));
    return result;
  }
  for (const auto& cube : cover)
    if (cube->is_everything())
      return result;
  const std::size_t input = busiest(cover, inputs);
  for (unsigned char value = 1; value <= 2; ++value) {
    Cover part = complement(half_of(cover, input, value), inputs);
    for (auto& cube : part) {
      cube->set(input, cube->at(input) & value);
      add(result, std::move(cube));
    }
  }
  return result;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t inputs = arguments.number("--inputs", 20);
  const std::size_t cubes = arguments.number("--cubes", 60);
  Draw draw{1984};
  for (std::size_t round = arguments.number("--rounds", 1); round-- != 0;) {
    Cover cover;
    for (std::size_t i = 0; i < cubes; ++i) {
      auto cube = std::make_unique<Cube>(inputs);
      for (std::size_t literal = 0; literal < 6; ++literal)
        cube->set(draw.below(inputs),
                  static_cast<unsigned char>(draw.between(1, 2)));
      add(cover, std::move(cube));
    }
    std::printf("%zu\n", complement(cover, inputs).size());
  }
}
