// The Region: made anew for each request, or reset after it; alone, under
// budgets that all threads share, and found anew for each block in a set of
// them.
#include "tarn/budget.hpp"
#include "tarn/per_thread.hpp"
#include "tarn/region.hpp"

#include "support/peer.hpp"

namespace tarn::bench {
namespace {

struct Own {
  struct Shared {};
  struct Request {
    explicit Request(Shared&) {}
    void* allocate(std::size_t size) { return region.allocate(size); }
    void end(std::span<void*>) {}

    Region region;
  };
};

template <std::size_t retained>
struct Reset {
  struct Shared {
    Region region{RegionOptions{.retain = Retain{retained}}};
  };
  struct Request {
    explicit Request(Shared& shared) : region(shared.region) {}
    void* allocate(std::size_t size) { return region.allocate(size); }
    void end(std::span<void*>) { region.reset(); }

    Region& region;
  };
};

// Ample, so that only the counting is measured. Never ended: threads may
// outlive what main knows.
Upstream& budgets(std::size_t depth) {
  static Budget& machine = *new Budget{"machine", 16 * GiB};
  static Budget& server = *new Budget{"server", 8 * GiB, machine};
  static Budget& tenant = *new Budget{"tenant", 4 * GiB, server};
  return depth == 1 ? machine : tenant;
}

template <std::size_t depth>
struct Budgeted {
  struct Shared {
    Upstream& upstream = budgets(depth);
  };
  struct Request {
    explicit Request(Shared& shared) : region(shared.upstream) {}
    void* allocate(std::size_t size) { return region.allocate(size); }
    void end(std::span<void*>) {}

    Region region;
  };
};

PerThread<Region>& frames() {
  static PerThread<Region>& all = *new PerThread<Region>;
  return all;
}

// Each block asks for this thread's region; reset ends them.
struct OfThread {
  struct Shared {
    PerThread<Region>& set = frames();
  };
  struct Request {
    explicit Request(Shared& shared) : set(shared.set) {}
    void* allocate(std::size_t size) { return set->allocate(size); }
    void end(std::span<void*>) { set->reset(); }

    PerThread<Region>& set;
  };
};

// What the thread's region has goes to another one, which ends it.
struct Merged {
  struct Shared {
    PerThread<Region>& set = frames();
    Region tree;
  };
  struct Request {
    explicit Request(Shared& given) : shared(given) {}
    void* allocate(std::size_t size) { return shared.set->allocate(size); }
    void end(std::span<void*>) {
      if (shared.tree.merge(*shared.set))
        shared.tree.reset();
    }

    Shared& shared;
  };
};

const Registered<Own> own{"tarn::Region"};
const Registered<Reset<retain_decay.bytes>> reset{"tarn::Region, reset"};
const Registered<Reset<retain_all.bytes>> retain{
    "tarn::Region, reset, retain all"};
const Registered<OfThread> of_thread{"tarn::PerThread<Region>, reset"};
const Registered<Merged> merged{"tarn::PerThread<Region>, merged"};
const Registered<Budgeted<1>> one_budget{"tarn::Region, one budget"};
const Registered<Budgeted<3>> three_budgets{"tarn::Region, three budgets"};

}  // namespace
}  // namespace tarn::bench
