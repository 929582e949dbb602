#include "check/sampling.hpp"

#include "base/memory_orders.hpp"
#include "check/fills.hpp"
#include "check/guarded_slots.hpp"
#include "object/state.hpp"
#include "os/memory.hpp"

#include <atomic>
#include <iterator>

namespace tarn::check {
namespace {

using base::relaxed;

constexpr std::uint32_t whole = 1'000'000;
constexpr std::uint32_t usual_budget = 5'000;

// About what 64 samples cost, of ten microseconds each.
constexpr std::int64_t most_credit = std::int64_t{64} * 10'000;

// All orders nothing: a draw too many or too few is none that matters.
constinit std::atomic<std::uint32_t> budget{usual_budget};
constinit std::atomic<std::int64_t> credit{most_credit};
// What the process began with is paid back by half of what time earns, so that
// the sampler soon has taken no more than its share since the start.
constinit std::atomic<std::int64_t> owed{most_credit};
constinit std::atomic<std::uint64_t> refilled{0};  // when; 0: never
constinit std::atomic<std::uint64_t> begun{0};
constinit std::atomic<std::uint64_t> spent{0};
constinit std::atomic<std::uint64_t> declined{0};
struct Counts {
  std::atomic<std::uint64_t> samples{0};
  std::atomic<std::uint64_t> came{0};
};
constinit Counts counts[static_cast<unsigned>(port::DrawOf::kinds)];
constinit std::atomic<std::uint32_t> state{0};
constinit std::atomic<bool> has_objects{false};
constinit std::atomic<std::uint64_t> struck{0};  // when
// Nanoseconds of a look at the clock, and of the first touch of a page.
constinit std::atomic<std::uint32_t> look_takes{0};
constinit std::atomic<std::uint32_t> page_takes{0};

Counts& counts_of(port::DrawOf kind) noexcept {
  return counts[static_cast<unsigned>(kind)];
}

// What is left of so much.
std::int64_t pay_back(std::int64_t earned) noexcept {
  const std::int64_t debt = owed.load(relaxed);
  if (debt <= 0) [[likely]]
    return earned;
  const std::int64_t paid = earned / 2 < debt ? earned / 2 : debt;
  owed.fetch_sub(paid, relaxed);
  return earned - paid;
}

// Each is the least of some, as a thread may have to wait at any time.
std::uint32_t time_of_look() noexcept {
  constexpr unsigned looks = 16;
  std::uint64_t least = 1'000;
  std::uint64_t last = os::exact_now();
  for (unsigned i = 0; i < looks; ++i) {
    const std::uint64_t now = os::exact_now();
    least = now - last < least ? now - last : least;
    last = now;
  }
  return static_cast<std::uint32_t>(least);
}

// A quarter of a microsecond on most machines, ten where a virtual one has page
// tables of its own.
std::uint32_t time_of_page() noexcept {
  constexpr std::size_t pages = 4;
  const std::size_t page = os::page_size();
  std::byte* const memory = os::reserve_zeroed(pages * page);
  std::uint64_t least = 20'000;
  for (std::size_t i = 0; i < pages && memory != nullptr; ++i) {
    const std::uint64_t before = os::exact_now();
    fill(memory + i * page, 1, fresh_fill);
    const std::uint64_t took = os::exact_now() - before;
    least = took < least ? took : least;
  }
  if (memory != nullptr)
    os::unreserve(memory, pages * page);
  return static_cast<std::uint32_t>(least);
}

// What time has earned since this was asked last.
bool refill() noexcept {
  const std::uint64_t now = os::coarse_now();
  std::uint64_t last = refilled.load(relaxed);
  if (now == last || !refilled.compare_exchange_strong(last, now, relaxed))
    return credit.load(relaxed) > 0;
  if (last == 0) {
    begun.store(now, relaxed);
    look_takes.store(time_of_look(), relaxed);
    page_takes.store(time_of_page(), relaxed);
    return true;
  }
  // In steps that cannot overflow: a second earns more than may be kept.
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t elapsed = now - last < second ? now - last : second;
  const std::int64_t earned = pay_back(
      static_cast<std::int64_t>(elapsed * budget.load(relaxed) / whole));
  const std::int64_t before =
      credit.fetch_add(earned < most_credit ? earned : most_credit, relaxed);
  return before + earned > 0;
}

// A thread that takes and gives back one object by turns never comes by on its
// own: so a clock of another pool has it do so, as often as there may be
// credit.
void strike() noexcept {
  const std::uint64_t now = os::coarse_now();
  std::uint64_t last = struck.load(relaxed);
  if (now != last && credit.load(relaxed) > 0 &&
      struck.compare_exchange_strong(last, now, relaxed))
    object::State::strike();
}

// xorshift, of Marsaglia 2003.
std::uint32_t next(std::uint32_t word) noexcept {
  word ^= word << 13;
  word ^= word >> 17;
  return word ^ word << 5;
}

void take_from_credit(std::uint64_t took) noexcept {
  spent.fetch_add(took, relaxed);
  credit.fetch_sub(static_cast<std::int64_t>(took), relaxed);
}

constexpr port::SampleHooks sample_hooks{may_sample, random_word};

}  // namespace

double Draws::odds(std::uint64_t hits) const noexcept {
  if (came == 0)
    return 0;
  const double drawn =
      samples < came ? static_cast<double>(samples) / static_cast<double>(came)
                     : 1;
  // (1 - drawn) to the power of `hits`, without a library.
  double missed = 1;
  for (double factor = 1 - drawn; hits != 0; hits >>= 1, factor *= factor)
    if ((hits & 1) != 0)
      missed *= factor;
  return 1 - missed;
}

Draws Sampling::all() const noexcept {
  Draws sum;
  for (const Draws& kind : of)
    sum = {sum.samples + kind.samples, sum.came + kind.came};
  return sum;
}

Sampling sampling() noexcept {
  const std::uint64_t since = begun.load(relaxed);
  Sampling now;
  for (unsigned i = 0; i < std::size(counts); ++i)
    now.of[i] = {counts[i].samples.load(relaxed), counts[i].came.load(relaxed)};
  now.declined = declined.load(relaxed);
  now.spent = spent.load(relaxed);
  now.elapsed = since == 0 ? 0 : os::coarse_now() - since;
  now.budget = budget.load(relaxed);
  now.live = guarded_slots_in_use();
  return now;
}

std::uint32_t sampling_budget() noexcept {
  return budget.load(relaxed);
}

void spend(std::uint64_t took) noexcept {
  take_from_credit(took);
}

void set_sampling_budget(std::uint32_t millionths) noexcept {
  budget.store(millionths < whole ? millionths : whole, relaxed);
  port::all_are_drawn.store(millionths >= whole, relaxed);
}

bool read_sampling(const char* text, std::size_t size,
                   std::uint32_t& millionths) noexcept {
  constexpr char every[] = "every";
  constexpr char word[] = "budget=";
  constexpr std::size_t word_size = sizeof word - 1;
  if (size == sizeof every - 1 && __builtin_memcmp(text, every, size) == 0) {
    millionths = whole;
    return true;
  }
  if (size <= word_size || __builtin_memcmp(text, word, word_size) != 0)
    return false;
  // A percent is 10 000 of them, and each digit behind the point a tenth.
  constexpr std::uint32_t percent = whole / 100;
  std::uint32_t number = 0;
  std::uint32_t unit = percent;
  bool is_behind = false;
  for (std::size_t i = word_size; i < size; ++i) {
    const bool is_point = text[i] == '.' && !is_behind;
    if (!is_point && (text[i] < '0' || text[i] > '9'))
      return false;
    is_behind = is_behind || is_point;
    if (is_point)
      continue;
    const auto digit = static_cast<std::uint32_t>(text[i] - '0');
    if (!is_behind) {
      number = number * 10 + digit * percent;
      if (number >= whole)
        return false;
      continue;
    }
    unit /= 10;
    number += digit * unit;
  }
  millionths = number;
  return true;
}

void strike_objects_too() noexcept {
  has_objects.store(true, relaxed);
}

bool is_overspent() noexcept {
  return credit.load(relaxed) < 0 && !samples_all();
}

bool may_sample(port::DrawOf kind, std::uint32_t came) noexcept {
  counts_of(kind).came.fetch_add(came, relaxed);
  if (has_objects.load(relaxed)) [[unlikely]]
    strike();
  if (credit.load(relaxed) > 0 && refilled.load(relaxed) != 0)
    return budget.load(relaxed) != 0;
  return (refill() || samples_all()) && budget.load(relaxed) != 0;
}

void count_sample(port::DrawOf kind, bool is_declined) noexcept {
  (is_declined ? declined : counts_of(kind).samples).fetch_add(1, relaxed);
}

std::uint32_t random_word() noexcept {
  std::uint32_t word = state.load(relaxed);
  if (word == 0)
    word = static_cast<std::uint32_t>(os::exact_now()) | 1;
  word = next(word);
  // Of two threads that meet here both have the same number.
  state.store(word, relaxed);
  constexpr std::uint32_t golden = 0x9E37'79B1;
  return word * golden;
}

Spending::~Spending() {
  // Then the thread was off its processor meanwhile.
  constexpr std::uint64_t longest = 100'000;
  const std::uint64_t took = os::exact_now() - begun_;
  // Of two looks about one lies in between. What the kernel and we put out of
  // the caches, and the longer way of who calls, is a quarter more.
  const std::uint64_t known =
      (took < longest ? took : longest) + look_takes.load(relaxed);
  take_from_credit(known + known / 4);
}

void spend_on_pages(std::size_t pages) noexcept {
  take_from_credit(pages * page_takes.load(relaxed));
}

bool are_pages_dear() noexcept {
  constexpr std::uint32_t dear = 2'000;
  return page_takes.load(relaxed) > dear;
}

void install_sampling() noexcept {
  port::the_sample_hooks.store(&sample_hooks, std::memory_order_release);
}

}  // namespace tarn::check
