// A Budget counts, over an upstream that lends numbers only: what is charged is
// memory that the space has or will have by itself.
#include "span/limit.hpp"

#include "tarn/budget.hpp"

#include "base/memory_orders.hpp"
#include "base/number.hpp"
#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "base/text.hpp"
#include "base/type_information.hpp"
#include "os/cgroup.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/granule.hpp"

#include <new>

namespace tarn::span {
namespace {

using base::relaxed;

// Less would not carry a program to its main.
constexpr std::size_t least_limit = 4 * MiB;

// Of a hard limit alone, and of a group's maximum, the soft one.
constexpr std::size_t soft_parts = 8;
// What of a group's maximum is left to code, stacks, tables and files.
constexpr std::size_t foreign_part = 16;

// The reserve: this part of the limit, within these bounds.
constexpr std::size_t limit_reserve_part = 64;
constexpr std::size_t least_reserve = 512 * KiB;
constexpr std::size_t most_reserve = 16 * MiB;
// A granule serves small blocks of all classes by its strips; slabs for each
// class would use the reserve up with the first few.
constexpr std::size_t small_run = 1;

class Paper final : public Upstream {
 public:
  Loan lend(const Ask& ask) noexcept override {
    return {reinterpret_cast<std::byte*>(granule_size), ask.size};
  }
  void take_back(Loan) noexcept override {}
};
constinit Paper paper;

enum class LimitState : std::uint8_t { unread, none, limited };

// Written once, by whoever reads the environment; the release of `limited`
// publishes the budget and the limits.
constinit std::atomic<LimitState> limit_state{LimitState::unread};
constinit base::SpinLock reading;
// Lent before there was an environment.
constinit std::size_t early TARN_GUARDED_BY(reading) = 0;

alignas(Budget) constinit std::byte budget_memory[sizeof(Budget)] = {};
constinit Limits limits_of_all;
constinit std::size_t reserve = 0;

// By any thread; they order nothing.
constinit std::atomic<bool> is_beyond_soft{false};
constinit std::atomic<bool> is_reserve_open{false};
constinit std::atomic<bool> was_refused[kinds] = {};
constinit thread_local bool is_kept_out = false;
constinit std::atomic<bool> was_soft_told{false};
constinit std::atomic<bool> was_hard_told{false};

Budget& budget() noexcept {
  return *std::launder(reinterpret_cast<Budget*>(budget_memory));
}

void say(base::Line& line) noexcept {
  line << "\n";
  port::write_error(line.text(), line.size());
}

void tell(const char* before, std::size_t bytes, const char* after) noexcept {
  base::Line line;
  line << "tarn: " << before << std::uint64_t{bytes / MiB} << after;
  say(line);
}

bool is(const char* text, const char* word) noexcept {
  return __builtin_strcmp(text, word) == 0;
}

const char* read_group(Limits& limits) noexcept {
  const os::GroupLimits group = os::group_limits();
  if (group.high == group.none && group.max == group.none)
    return "the control group of this process has no limit";
  if (group.max != group.none)
    limits.hard = group.max - group.max / foreign_part;
  limits.soft = group.high != group.none
                    ? base::smaller<std::size_t>(group.high, limits.hard)
                    : limits.hard - limits.hard / soft_parts;
  return nullptr;
}

const char* read_pair(const char* text, Limits& limits) noexcept {
  std::uint64_t first = 0;
  std::uint64_t second = no_limit;
  if (!base::read_bytes(text, first))
    return "no number stands there";
  if (*text == '\0') {
    limits = {first - first / soft_parts, first};
    return nullptr;
  }
  if (*text++ != ',')
    return "two numbers are parted by a comma";
  if (*text != '\0' && (!base::read_bytes(text, second) || *text != '\0'))
    return "no number stands behind the comma";
  limits = {first, second};
  return nullptr;
}

void begin(const Limits& limits) noexcept TARN_REQUIRES(reading) {
  limits_of_all = limits;
  reserve = limits.hard == no_limit
                ? 0
                : base::smaller(base::larger(limits.hard / limit_reserve_part,
                                             least_reserve),
                                most_reserve);
  ::new (budget_memory)
      Budget{"TARN_LIMIT", limits.hard, paper, {.headroom = reserve}};
  static_cast<void>(
      budget().lend({.size = early * granule_size, .urgent = true}));
}

// False: there is no environment yet.
bool read_environment() noexcept TARN_REQUIRES(reading) {
  if (!os::has_environment())
    return false;
  const char* const text = os::environment("TARN_LIMIT");
  Limits asked;
  const char* const wrong =
      text == nullptr || *text == '\0' ? "" : read(text, asked);
  if (wrong == nullptr) {
    begin(asked);
    limit_state.store(LimitState::limited, std::memory_order_release);
    return true;
  }
  if (*wrong != '\0') {
    base::Line line;
    line << "tarn: TARN_LIMIT is \"" << base::Some{text} << "\", but " << wrong
         << "; no limit holds";
    say(line);
  }
  limit_state.store(LimitState::none, std::memory_order_release);
  return true;
}

// True: what was lent is to be charged.
bool find_out(std::size_t granules) noexcept {
  const base::Locked locked{reading};
  if (limit_state.load(relaxed) != LimitState::unread || read_environment())
    return limit_state.load(relaxed) == LimitState::limited;
  early += granules;
  return false;
}

void look_at_soft() noexcept {
  if (limits_of_all.soft == no_limit)
    return;
  const bool is_beyond = budget().held() > limits_of_all.soft;
  if (is_beyond != is_beyond_soft.load(relaxed))
    is_beyond_soft.store(is_beyond, relaxed);
  if (is_beyond && !was_soft_told.load(relaxed) &&
      !was_soft_told.exchange(true, relaxed))
    tell("more than ", limits_of_all.soft,
         " MiB are in use, the soft limit: what idles goes back to the system "
         "at once");
}

void close_reserve() noexcept {
  is_reserve_open.store(false, relaxed);
  for (std::atomic<bool>& one : was_refused)
    one.store(false, relaxed);
}

bool charge_budget(std::size_t granules) noexcept {
  const bool may_use_reserve =
      granules <= small_run && is_reserve_open.load(relaxed) && !is_kept_out;
  if (!budget().lend(
          {.size = granules * granule_size, .urgent = may_use_reserve}))
    return false;
  look_at_soft();
  return true;
}

}  // namespace

const char* read(const char* text, Limits& limits) noexcept {
  Limits asked;
  if (const char* const wrong =
          is(text, "cgroup") ? read_group(asked) : read_pair(text, asked))
    return wrong;
  if (asked.soft > asked.hard)
    return "the soft limit is above the hard one";
  if (asked.soft < least_limit)
    return "that is less than 4M, with which no program starts";
  limits = asked;
  return nullptr;
}

bool charge(std::size_t granules) noexcept {
  const LimitState now = limit_state.load(std::memory_order_acquire);
  if (now == LimitState::none) [[likely]]
    return true;
  if (now == LimitState::unread && !find_out(granules))
    return true;
  return charge_budget(granules);
}

void discharge(std::size_t granules) noexcept {
  const LimitState now = limit_state.load(std::memory_order_acquire);
  if (now == LimitState::none) [[likely]]
    return;
  if (now == LimitState::unread) {
    const base::Locked locked{reading};
    if (limit_state.load(relaxed) == LimitState::unread) {
      early -= granules;
      return;
    }
  }
  if (limit_state.load(relaxed) != LimitState::limited)
    return;
  budget().take_back(
      {reinterpret_cast<std::byte*>(granule_size), granules * granule_size});
  if (is_beyond_soft.load(relaxed))
    look_at_soft();
  if (is_reserve_open.load(relaxed) &&
      budget().held() + 2 * reserve < limits_of_all.hard)
    close_reserve();
}

void open_reserve(unsigned kind) noexcept {
  if (!is_limited() || budget().refusals() == 0)
    return;
  was_refused[kind].store(true, relaxed);
  is_reserve_open.store(true, relaxed);
  if (!was_hard_told.exchange(true, relaxed))
    tell("", limits_of_all.hard,
         " MiB, the hard limit, do not suffice: an ask for memory was refused");
}

Asking::Asking(unsigned kind) noexcept {
  if (is_reserve_open.load(relaxed)) [[unlikely]]
    is_kept_out = was_refused[kind].load(relaxed);
}

Asking::~Asking() {
  if (is_kept_out) [[unlikely]]
    is_kept_out = false;
}

std::size_t most_dirty(std::size_t used, std::size_t otherwise) noexcept {
  const bool is_limited =
      limit_state.load(std::memory_order_acquire) == LimitState::limited;
  const std::size_t soft = is_limited ? limits_of_all.soft : no_limit;
  return base::smaller(otherwise, soft > used ? soft - used : 0);
}

bool is_pressed() noexcept {
  return is_beyond_soft.load(relaxed);
}

Limits limits() noexcept {
  if (limit_state.load(relaxed) == LimitState::unread)
    static_cast<void>(find_out(0));
  return limit_state.load(std::memory_order_acquire) == LimitState::limited
             ? limits_of_all
             : Limits{};
}

bool is_limited() noexcept {
  return limit_state.load(std::memory_order_acquire) == LimitState::limited &&
         limits_of_all.hard != no_limit;
}

std::size_t refusals() noexcept {
  return limit_state.load(std::memory_order_acquire) == LimitState::limited
             ? budget().refusals()
             : 0;
}

void lock_limit_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  reading.lock();
}

void unlock_limit_after_fork() noexcept TARN_UNCHECKED_LOCKS {
  reading.unlock();
}

}  // namespace tarn::span
