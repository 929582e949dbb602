#include "check/guarded.hpp"

#include <atomic>

namespace tarn::check {
namespace {

constexpr unsigned most_resolvers = 8;

// Set once each. Pairs: release in watch_guards with acquire by who asks.
constinit std::atomic<Resolver> resolvers[most_resolvers] = {};

}  // namespace

void watch_guards(Resolver resolver) noexcept {
  for (std::atomic<Resolver>& place : resolvers) {
    Resolver there = nullptr;
    if (place.compare_exchange_strong(there, resolver,
                                      std::memory_order_acq_rel) ||
        there == resolver)
      return;
  }
}

}  // namespace tarn::check
