// factor.cpp - finds a factor of a number, with numbers that live on the heap.
//
//     bench_stress_factor [--steps 40000]
//
// Pollard's rho (BIT 15, 1975) on a product of two primes of 48 bits. Every
// sum, product and remainder is a number of its own in a block of 16 to 48
// bytes that is freed soon: a program of nothing but small blocks that live
// shortly, as one that factors by continued fractions is.
// SPDX-License-Identifier: MIT
#include "stress/support.hpp"

#include <algorithm>
#include <memory>

using namespace tarn::bench;

namespace {

// Digits to the base of 2^32, least first, none of them zero at the end. They
// begin here and go on as far as the block goes.
struct Number {
  std::uint32_t count;
  std::uint32_t first;

  [[nodiscard]] std::uint32_t* digits() noexcept { return &first; }
  [[nodiscard]] const std::uint32_t* digits() const noexcept { return &first; }
};

struct Free {
  void operator()(Number* number) const noexcept { std::free(number); }
};
using Owned = std::unique_ptr<Number, Free>;

[[nodiscard]] Owned make(std::size_t count) {
  auto* const number =
      static_cast<Number*>(std::malloc(sizeof(std::uint32_t) * (count + 2)));
  number->count = static_cast<std::uint32_t>(count);
  std::fill_n(number->digits(), count, 0u);
  return Owned{number};
}

[[nodiscard]] Owned trimmed(Owned number) {
  while (number->count != 0 && number->digits()[number->count - 1] == 0)
    --number->count;
  return number;
}

[[nodiscard]] Owned of(std::uint64_t value) {
  Owned number = make(2);
  number->digits()[0] = static_cast<std::uint32_t>(value);
  number->digits()[1] = static_cast<std::uint32_t>(value >> 32);
  return trimmed(std::move(number));
}

[[nodiscard]] int compare(const Number& a, const Number& b) {
  if (a.count != b.count)
    return a.count < b.count ? -1 : 1;
  for (std::uint32_t i = a.count; i-- != 0;)
    if (a.digits()[i] != b.digits()[i])
      return a.digits()[i] < b.digits()[i] ? -1 : 1;
  return 0;
}

// Requires: a is not less than b.
[[nodiscard]] Owned difference(const Number& a, const Number& b) {
  Owned result = make(a.count);
  std::int64_t carry = 0;
  for (std::uint32_t i = 0; i < a.count; ++i) {
    carry += a.digits()[i];
    carry -= i < b.count ? b.digits()[i] : 0;
    result->digits()[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  return trimmed(std::move(result));
}

[[nodiscard]] Owned sum(const Number& a, const Number& b) {
  const std::uint32_t longest = std::max(a.count, b.count);
  Owned result = make(longest + std::size_t{1});
  std::uint64_t carry = 0;
  for (std::uint32_t i = 0; i <= longest; ++i) {
    carry += i < a.count ? a.digits()[i] : 0u;
    carry += i < b.count ? b.digits()[i] : 0u;
    result->digits()[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  return trimmed(std::move(result));
}

[[nodiscard]] Owned product(const Number& a, const Number& b) {
  Owned result = make(std::size_t{a.count} + b.count);
  for (std::uint32_t i = 0; i < a.count; ++i) {
    std::uint64_t carry = 0;
    for (std::uint32_t j = 0; j < b.count; ++j) {
      carry += std::uint64_t{a.digits()[i]} * b.digits()[j] +
               result->digits()[i + j];
      result->digits()[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    result->digits()[i + b.count] = static_cast<std::uint32_t>(carry);
  }
  return trimmed(std::move(result));
}

// Times 2^bits, with bits below 32 * 2^26.
[[nodiscard]] Owned shifted(const Number& a, std::uint32_t bits) {
  const std::uint32_t words = bits / 32;
  Owned result = make(std::size_t{a.count} + words + 1);
  for (std::uint32_t i = 0; i < a.count; ++i) {
    const std::uint64_t wide = std::uint64_t{a.digits()[i]} << bits % 32;
    result->digits()[i + words] |= static_cast<std::uint32_t>(wide);
    result->digits()[i + words + 1] = static_cast<std::uint32_t>(wide >> 32);
  }
  return trimmed(std::move(result));
}

[[nodiscard]] std::uint32_t bits_of(const Number& a) {
  return a.count == 0 ? 0
                      : a.count * 32 - static_cast<std::uint32_t>(__builtin_clz(
                                           a.digits()[a.count - 1]));
}

// By shifting and subtracting.
[[nodiscard]] Owned remainder(Owned a, const Number& b) {
  while (compare(*a, b) >= 0) {
    const std::uint32_t apart = bits_of(*a) - bits_of(b);
    Owned part = shifted(b, apart);
    if (compare(*part, *a) > 0)
      part = shifted(b, apart - 1);
    a = difference(*a, *part);
  }
  return a;
}

// x * x + 1, modulo n.
[[nodiscard]] Owned next(const Number& x, const Number& n) {
  return remainder(sum(*product(x, x), *of(1)), n);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t steps = arguments.number("--steps", 40'000);
  const Owned n = product(*of(281'474'976'710'597u), *of(281'474'976'710'591u));
  Owned slow = of(2);
  Owned fast = of(2);
  Owned all = of(1);
  for (std::size_t i = 0; i < steps; ++i) {
    slow = next(*slow, *n);
    fast = next(*next(*fast, *n), *n);
    const bool is_less = compare(*slow, *fast) < 0;
    all = remainder(product(*all, *(is_less ? difference(*fast, *slow)
                                            : difference(*slow, *fast))),
                    *n);
  }
  std::printf("%u\n", all->count == 0 ? 0u : all->digits()[0]);
}
