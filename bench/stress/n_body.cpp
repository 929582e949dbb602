// n_body.cpp - gravitation among particles by a tree that is built anew.
//
//     bench_stress_n_body [--particles 30000] [--steps 4]
//
// The method of Barnes and Hut (Nature 324, 1986): space is parted into cubes
// until each holds one particle; far cubes act as one particle at their centre.
// Every cube is a block; each step builds the tree, walks it for every particle
// and frees it. Few blocks, much walking from one to the next: what an
// allocator adds here is where it puts them.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <array>
#include <cmath>

using namespace tarn::bench;

namespace {

using Vector = std::array<double, 3>;

struct Particle {
  Vector at;
  Vector speed;
  double mass;
};

// A cube with parts, or one particle.
struct Cube {
  Vector centre;
  double half;
  Vector weighted{};  // the sum of mass * place, later the centre of mass
  double mass = 0;
  Particle* only = nullptr;
  std::array<Cube*, 8> parts{};
  bool is_parted = false;

  Cube(const Vector& middle, double half_side)
      : centre(middle), half(half_side) {}
  Cube(const Cube&) = delete;
  Cube& operator=(const Cube&) = delete;
  ~Cube() {
    for (Cube* const part : parts)
      delete part;
  }

  void add(Particle* particle) {
    for (std::size_t i = 0; i < 3; ++i)
      weighted[i] += particle->mass * particle->at[i];
    mass += particle->mass;
    if (!is_parted && only == nullptr) {
      only = particle;
      return;
    }
    // Two at one place would part a cube for ever.
    if (half < 1e-9)
      return;
    is_parted = true;
    if (only != nullptr)
      part_of(*only).add(only);
    only = nullptr;
    part_of(*particle).add(particle);
  }

 private:
  Cube& part_of(const Particle& particle) {
    std::size_t number = 0;
    Vector middle = centre;
    for (std::size_t i = 0; i < 3; ++i) {
      const bool above = particle.at[i] > centre[i];
      number = number * 2 + (above ? 1 : 0);
      middle[i] += above ? half / 2 : -half / 2;
    }
    if (parts[number] == nullptr)
      parts[number] = new Cube(middle, half / 2);
    return *parts[number];
  }
};

// What is further away than its side over this counts as one.
constexpr double opening = 0.8;
constexpr double softening = 1e-4;
constexpr double step_length = 0.005;

void pull(const Cube& cube, const Particle& particle, Vector& force) {
  Vector away{};
  double square = softening;
  for (std::size_t i = 0; i < 3; ++i) {
    away[i] = cube.weighted[i] / cube.mass - particle.at[i];
    square += away[i] * away[i];
  }
  const double side = 2 * cube.half;
  if (!cube.is_parted || side * side < opening * opening * square) {
    const double strength = cube.mass / (square * std::sqrt(square));
    for (std::size_t i = 0; i < 3; ++i)
      force[i] += strength * away[i];
    return;
  }
  for (const Cube* const part : cube.parts)
    if (part != nullptr)
      pull(*part, particle, force);
}

void step(std::vector<Particle*>& all) {
  auto* const space = new Cube({0, 0, 0}, 4);
  for (Particle* const particle : all)
    space->add(particle);
  for (Particle* const particle : all) {
    Vector force{};
    pull(*space, *particle, force);
    for (std::size_t i = 0; i < 3; ++i)
      particle->speed[i] += force[i] * step_length;
  }
  for (Particle* const particle : all)
    for (std::size_t i = 0; i < 3; ++i)
      particle->at[i] += particle->speed[i] * step_length;
  delete space;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t particles = arguments.number("--particles", 30'000);
  const std::size_t steps = arguments.number("--steps", 4);
  Draw draw{1986};
  const auto coordinate = [&] {
    return static_cast<double>(draw.next()) / 2147483648.0 - 1;
  };
  std::vector<Particle*> all;
  for (std::size_t i = 0; i < particles; ++i)
    all.push_back(new Particle{{coordinate(), coordinate(), coordinate()},
                               {0, 0, 0},
                               1.0 / static_cast<double>(particles)});
  for (std::size_t i = 0; i < steps; ++i)
    step(all);
  for (const Particle* const particle : all)
    delete particle;
}
