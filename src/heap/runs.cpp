// Runs of granules: what a heap borrows, and what its budget is charged for.
#include "base/memory_orders.hpp"
#include "heap/domain.hpp"
#include "span/limit.hpp"
#include "span/maintenance.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

using span::granule_size;
using span::the_space;

using base::relaxed;

Run& run_at(const std::byte* memory) noexcept {
  const span::Reservation* const home = the_space.find(memory);
  span::Note& note = home->note(home->index_of(memory));
  return *reinterpret_cast<Run*>(note.bytes + sizeof note - sizeof(Run));
}

void enter_name(const std::byte* memory, std::uint32_t id) noexcept {
  std::atomic<std::uint32_t>& word = the_space.id_at(memory);
  if (word.load(relaxed) != id)
    word.store(id, relaxed);
}

std::byte* claim_from_space(std::size_t granules, std::size_t align,
                            span::Use use, unsigned extra,
                            unsigned owner) noexcept {
  return align > granule_size
             ? the_space.claim_aligned(granules, align, use, extra)
             : the_space.claim(granules, use, extra, owner);
}

// What another pool's upstream lent is described anew as long as it is ours.
std::byte* borrow(Domain& domain, std::size_t* granules, std::size_t align,
                  span::Use use, unsigned extra, unsigned owner,
                  std::uint32_t* was) noexcept {
  const Loan loan =
      domain.budget->lend({.size = *granules * granule_size,
                           .align = align > granule_size ? align : granule_size,
                           .kind = PoolKind::heap});
  if (!loan)
    return nullptr;
  span::Reservation* const home = the_space.find(loan.memory);
  if (home == nullptr) {
    domain.budget->take_back(loan);
    return nullptr;
  }
  const std::size_t index = home->index_of(loan.memory);
  *was = home->descriptor(index).word();
  *granules = loan.size / granule_size;
  home->describe(index, *granules, use, extra, owner);
  return loan.memory;
}

void give_back(Domain& domain, const Run& run) noexcept {
  the_space.id_at(run.memory).store(0, relaxed);
  if (domain.budget == nullptr)
    return the_space.release(run.memory, run.granules);
  span::Reservation* const home = the_space.find(run.memory);
  const span::Descriptor was{run.was};
  if (was.is(span::Use::chunks))
    home->describe(home->index_of(run.memory), run.granules, span::Use::chunks,
                   was.extra(), 0);
  else
    home->describe(home->index_of(run.memory), run.granules, span::Use::large,
                   was.extra(), 0);
  domain.budget->take_back({run.memory, run.granules * granule_size});
}

}  // namespace

std::byte* claim_run(Domain& domain, std::size_t granules, std::size_t align,
                     span::Use use, unsigned extra, unsigned owner,
                     std::size_t* got) noexcept {
  if (span::is_pressed()) [[unlikely]]
    span::relieve();
  if (got != nullptr)
    *got = granules;
  std::uint32_t was = 0;
  std::byte* const memory =
      domain.budget == nullptr
          ? claim_from_space(granules, align, use, extra, owner)
          : borrow(domain, &granules, align, use, extra, owner, &was);
  if (memory == nullptr)
    return nullptr;
  if (got != nullptr)
    *got = granules;
  enter_name(memory, domain.id);
  if (domain.is_default)
    return memory;
  Run& run = run_at(memory);
  const base::Locked locked{domain.runs_lock};
  run = {nullptr, domain.runs, memory, static_cast<std::uint32_t>(granules),
         was};
  if (domain.runs != nullptr)
    domain.runs->newer = &run;
  domain.runs = &run;
  return memory;
}

void release_run(Domain& domain, std::byte* memory,
                 std::size_t granules) noexcept {
  if (domain.is_default) {
    the_space.release(memory, granules);
    if (span::is_pressed()) [[unlikely]]
      span::relieve();
    return;
  }
  Run& run = run_at(memory);
  {
    const base::Locked locked{domain.runs_lock};
    if (run.newer != nullptr)
      run.newer->older = run.older;
    else
      domain.runs = run.older;
    if (run.older != nullptr)
      run.older->newer = run.newer;
  }
  give_back(domain, run);
}

bool resize_run(Domain& domain, std::byte* memory, std::size_t granules,
                std::size_t wanted, span::Use use, unsigned extra) noexcept {
  if (domain.budget != nullptr)
    return wanted == granules;
  if (!the_space.resize(memory, granules, wanted, use, extra))
    return false;
  if (!domain.is_default)
    run_at(memory).granules = static_cast<std::uint32_t>(wanted);
  return true;
}

void release_all_runs(Domain& domain) noexcept {
  Run* run = nullptr;
  {
    const base::Locked locked{domain.runs_lock};
    run = domain.runs;
    domain.runs = nullptr;
  }
  while (run != nullptr) {
    const Run last = *run;
    run = last.older;
    give_back(domain, last);
  }
}

}  // namespace tarn::heap
