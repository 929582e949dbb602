// Touched guards, and crashes inside the heap itself.
#include "check/guarded.hpp"

#include "check/broken_list.hpp"
#include "check/degrade.hpp"
#include "check/stacks.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "os/signals.hpp"

#include <atomic>

namespace tarn::check {
namespace {

constexpr unsigned most_resolvers = 8;

// Set once each. Pairs: release in watch_guards with acquire by who asks.
constinit std::atomic<Resolver> resolvers[most_resolvers] = {};

// So that the program can go on: the access is tried again.
bool open_page(const void* address) noexcept {
  const std::size_t page = os::page_size();
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return os::unguard(reinterpret_cast<std::byte*>(at / page * page), page);
}

void tell(const os::Touch& touch, Finding& finding) noexcept {
  if (finding.place == nullptr)
    finding.place = static_cast<const std::byte*>(touch.address);
  if (finding.stack == 0)
    finding.stack = capture_stack_of_signal(touch.context);
  report(finding);
}

bool on_touch(const os::Touch& touch) noexcept {
  Finding finding{};
  if (find_guarded(touch.address, touch.is_write, finding)) {
    tell(touch, finding);
    return open_page(touch.address);
  }
  // A crash all the same, but one with a reason.
  if (find_broken_list(finding))
    tell(touch, finding);
  return false;
}

// Before the counts of told.cpp.
constexpr int at_last = 102;

[[gnu::destructor(at_last)]] void tell_replaced() noexcept {
  if (os::is_watch_replaced())
    degraded(Degraded::handler_replaced);
}

}  // namespace

bool find_guarded(const void* address, bool is_write,
                  Finding& finding) noexcept {
  if (address == nullptr)
    return false;
  for (const std::atomic<Resolver>& place : resolvers) {
    const Resolver resolver = place.load(std::memory_order_acquire);
    if (resolver == nullptr)
      return false;
    if (resolver(address, is_write, finding))
      return true;
  }
  return false;
}

void watch_guards(Resolver resolver) noexcept {
  os::watch_touches(on_touch);
  for (std::atomic<Resolver>& place : resolvers) {
    Resolver there = nullptr;
    if (place.compare_exchange_strong(there, resolver,
                                      std::memory_order_acq_rel) ||
        there == resolver)
      return;
  }
}

}  // namespace tarn::check
