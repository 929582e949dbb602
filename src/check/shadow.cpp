// Whether there is a sanitizer, what is added to its reports, and the chunks
// that it keeps poisoned for a while.
#include "check/shadow.hpp"

#include "tarn/describe.hpp"

#include "base/build.hpp"
#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "check/fixed_rooms.hpp"
#include "check/guarded.hpp"
#include "check/region_graves.hpp"
#include "check/report_forms.hpp"
#include "check/turn.hpp"
#include "os/sanitizers.hpp"
#include "port/check_mode.hpp"
#include "port/last_words.hpp"
#include "port/world.hpp"

namespace tarn::check {
namespace {

using base::relaxed;

constinit std::atomic<bool> has_reports{false};

// What is known of the place, as the last lines of the sanitizer's report.
void add_to_report(const std::byte* place, bool is_write) noexcept {
  Finding finding{.fault = Fault::corrupted};
  regions::Grave grave;
  if (regions::find_shadow_grave(place, grave)) {
    regions::write_late_use(finding, grave, place, nullptr);
  } else if (!whose_fixed_room(place, is_write, finding) &&
             !find_guarded(place, is_write, finding)) {
    if (describe(place).kind == AddressKind::foreign)
      return;
    char text[160];
    static_cast<void>(describe(place, text, sizeof text));
    finding.line << text;
  }
  base::Line line;
  line << "tarn: " << finding.line.text() << "\n";
  port::write_error(line.text(), line.size());
  // The sanitizer showed the bytes.
  finding.place = nullptr;
  if (take_turn() != Turn::ours)
    return;
  {
    Output out{static_cast<const char*>(nullptr)};
    write_known(out, finding, finding.block.record != nullptr);
  }
  end_turn();
}

}  // namespace

bool wants_stacks() noexcept {
  return !follows_sanitizer() || has_reports.load(relaxed);
}

void follow_sanitizer() noexcept {
  if (base::is_instrumented || !os::has_sanitizer())
    return;
  has_reports.store(os::when_reported(add_to_report), relaxed);
  port::pools_are_shadowed.store(true, relaxed);
  port::mode_of_process.store(CheckMode::full, relaxed);
  port::regions_ask.store(port::RegionsAsk::all, relaxed);
}

namespace regions {
namespace {

// Oldest first.
constexpr unsigned places = 256;
constexpr std::size_t most_buried = 16 * MiB;

struct ShadowRing {
  Grave graves[places];
  unsigned first;
  unsigned count;
  std::size_t bytes;
};
constinit base::SpinLock shadow_lock;
TARN_SPARSE constinit ShadowRing ring TARN_GUARDED_BY(shadow_lock) = {};

Grave pop_beyond(std::size_t bytes, unsigned most) noexcept {
  const base::Locked locked{shadow_lock};
  if (ring.count == 0 || (ring.bytes <= bytes && ring.count <= most))
    return {};
  const Grave oldest = ring.graves[ring.first];
  ring.first = (ring.first + 1) % places;
  --ring.count;
  ring.bytes -= oldest.size;
  return oldest;
}

bool leave_beyond(std::size_t bytes, unsigned most) noexcept {
  bool was_any = false;
  for (;;) {
    const Grave grave = pop_beyond(bytes, most);
    if (grave.memory == nullptr)
      return was_any;
    os::unpoison(grave.memory, grave.size);
    os::make_written(grave.memory, grave.size);
    port::system_take_back({grave.memory, grave.size});
    was_any = true;
  }
}

}  // namespace

void bury_in_shadow(const Grave& grave) noexcept {
  os::poison(grave.memory, grave.size);
  for (bool is_in = false; !is_in;) {
    static_cast<void>(leave_beyond(most_buried, places - 1));
    const base::Locked locked{shadow_lock};
    is_in = ring.count != places;
    if (!is_in)
      continue;
    ring.graves[(ring.first + ring.count++) % places] = grave;
    ring.bytes += grave.size;
  }
}

bool empty_shadow_graves() noexcept {
  return leave_beyond(0, 0);
}

bool find_shadow_grave(const std::byte* p,
                       Grave& found) noexcept TARN_UNCHECKED_LOCKS {
  constexpr unsigned most_tries = 10000;
  unsigned tries = 0;
  while (!shadow_lock.try_lock())
    if (++tries == most_tries)
      return false;
  bool is_known = false;
  for (unsigned i = 0; i < ring.count && !is_known; ++i) {
    const Grave& grave = ring.graves[(ring.first + i) % places];
    is_known = p >= grave.memory && p < grave.memory + grave.size;
    if (is_known)
      found = grave;
  }
  shadow_lock.unlock();
  return is_known;
}

void hold_shadow_graves() noexcept TARN_UNCHECKED_LOCKS {
  shadow_lock.lock();
}
void let_shadow_graves_go() noexcept TARN_UNCHECKED_LOCKS {
  shadow_lock.unlock();
}

}  // namespace regions
}  // namespace tarn::check
