// The system as an Upstream: the shared one goes through the lane, one with
// options of its own takes granules straight from the space.
#include "tarn/system.hpp"

#include "base/order.hpp"
#include "base/type_information.hpp"
#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"
#include "span/limit.hpp"
#include "span/maintenance.hpp"
#include "thread/table.hpp"

#include <bit>
#include <type_traits>

namespace tarn {
namespace {

class SharedSystem final : public Upstream {
 public:
  Loan lend(const Ask& ask) noexcept override { return port::system_lend(ask); }
  void take_back(Loan loan) noexcept override {
    port::system_retag(loan, 0);
    port::system_take_back(loan);
  }
};

constinit SharedSystem shared_system;
static_assert(std::is_trivially_destructible_v<SharedSystem>);

}  // namespace

inline namespace v1 {

Upstream& system_upstream() noexcept {
  return shared_system;
}

Loan SystemUpstream::lend(const Ask& ask) noexcept {
  const bool is_huge =
      options_.huge_pages == HugePages::always && ask.size >= os::huge_page;
  const std::size_t unit = is_huge ? os::huge_page : span::granule_size;
  const std::size_t align = base::larger(unit, ask.align);
  if (ask.size > no_limit / 4 || align > no_limit / 4)
    return {};
  const std::size_t size =
      detail::round_up(base::larger<std::size_t>(ask.size, 1), unit);
  const std::size_t granules = size / span::granule_size;
  const auto kind = static_cast<unsigned>(ask.kind);
  std::byte* const memory =
      align > span::granule_size
          ? span::the_space.claim_aligned(granules, align, span::Use::large,
                                          kind)
          : span::the_space.claim(granules, span::Use::large, kind);
  const Loan loan{memory, size};
  if (memory == nullptr)
    return {};
  std::atomic<std::uint32_t>* const ids = &span::the_space.id_at(memory);
  ids[0].store(ask.owner, std::memory_order_relaxed);
  ids[1].store(static_cast<std::uint32_t>(granules), std::memory_order_relaxed);
  if (!prepare(loan)) {
    undo(loan);
    span::the_space.release(memory, granules);
    return {};
  }
  held_.fetch_add(size, std::memory_order_relaxed);
  return loan;
}

void SystemUpstream::take_back(Loan loan) noexcept {
  undo(loan);
  held_.fetch_sub(loan.size, std::memory_order_relaxed);
  span::the_space.release(loan.memory, loan.size / span::granule_size);
}

bool SystemUpstream::prepare(Loan loan) noexcept {
  if (options_.numa_node >= 0) {
    // Pages that are there already would stay where they are.
    os::purge(loan.memory, loan.size);
    if (!os::bind_to_node(loan.memory, loan.size, options_.numa_node))
      return false;
  }
  if (options_.huge_pages != HugePages::as_used)
    os::allow_huge_pages(loan.memory, loan.size,
                         options_.huge_pages == HugePages::always);
  if (options_.populate && !os::populate(loan.memory, loan.size))
    return false;
  return !options_.lock_memory || os::lock_pages(loan.memory, loan.size);
}

// The next user of these granules must find them as any others.
void SystemUpstream::undo(Loan loan) noexcept {
  if (options_.lock_memory)
    os::unlock_pages(loan.memory, loan.size);
  if (options_.huge_pages == HugePages::always)
    os::allow_huge_pages(loan.memory, loan.size, false);
  if (options_.numa_node >= 0) {
    static_cast<void>(os::bind_to_node(loan.memory, loan.size, -1));
    os::purge(loan.memory, loan.size);
  }
}

SpaceStats space_stats() noexcept {
  SpaceStats sum{};
  for (unsigned i = 0; i < span::the_space.reservations(); ++i) {
    const span::Reservation& part = span::the_space.reservation(i);
    sum.reserved += part.size();
    sum.metadata += part.metadata_size();
    sum.committed += part.opened() * span::stretch_size;
    for (std::size_t at = 0; at < part.opened(); ++at) {
      const std::uint64_t free =
          part.stretch(at).free.load(std::memory_order_relaxed);
      const std::uint64_t dirty =
          part.stretch(at).dirty.load(std::memory_order_relaxed);
      sum.held +=
          static_cast<std::size_t>(std::popcount(~free)) * span::granule_size;
      sum.dirty += static_cast<std::size_t>(std::popcount(free & dirty)) *
                   span::granule_size;
    }
  }
  sum.held -= base::smaller(sum.held, span::mere_addresses());
  for (unsigned step = 0; step < span::steps; ++step)
    sum.stored += span::shelves[step].bytes(step);
  sum.purged = span::purged_bytes();
  sum.cached = span::cached_bytes();
  sum.threads = thread::living();
  const span::Limits limits = span::limits();
  sum.soft = limits.soft == no_limit ? 0 : limits.soft;
  sum.hard = limits.hard == no_limit ? 0 : limits.hard;
  sum.refusals = span::refusals();
  return sum;
}

}  // namespace v1
}  // namespace tarn
