// The shared count `charged_` never exceeds the limit, so a limit is kept
// exactly; what makes it cheap is that a thread charges a batch ahead and lends
// from that credit. A refusal is final only after the credit of all slots was
// called back: another thread's unused batch never makes an ask fail.
#include "tarn/budget.hpp"

#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "base/type_information.hpp"
#include "port/world.hpp"

namespace tarn {
inline namespace v1 {
namespace {

// What a thread charges ahead: several times what a request of 80 KiB holds, so
// that its largest chunks, too, come from credit. Of a small limit no thread
// takes more than a part, since calling credit back is slow.
constexpr std::size_t largest_batch = 1 * MiB;
constexpr std::size_t parts_of_limit = 32;

// Holds others off while credit is on its way between the slots and the shared
// count, where nobody sees it: they would refuse what there is room for. A
// holder that lost its processor is given ours, ten thousand times. The limit
// does not depend on it, so nobody waits for ever: in a child after fork the
// holder may not be there, and who waited in vain takes its place.
class Drawing {
 public:
  explicit Drawing(std::atomic_flag& flag) noexcept : flag_(flag) {
    for (unsigned round = 0; round < most_rounds; ++round) {
      if (!flag_.test_and_set(std::memory_order_acquire))
        return;
      base::back_off(round);
    }
  }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;
  ~Drawing() { flag_.clear(std::memory_order_release); }

 private:
  static constexpr unsigned most_rounds = 10'000;

  std::atomic_flag& flag_;
};

// A budget whose on_short this thread is in, and those around it. They lie on
// the thread's stack, so a child after fork has those of its own thread only.
struct Relief {
  const Budget& budget;
  const void* outer;

  [[nodiscard]] bool is_nested() const noexcept {
    const auto* it = static_cast<const Relief*>(outer);
    while (it != nullptr && &it->budget != &budget)
      it = static_cast<const Relief*>(it->outer);
    return it != nullptr;
  }
};

void copy_name(char* to, std::size_t room, const char* name) noexcept {
  std::size_t i = 0;
  for (; name != nullptr && name[i] != '\0' && i + 1 < room; ++i)
    to[i] = name[i];
  to[i] = '\0';
}

}  // namespace

// Counters are independent sums: relaxed suffices everywhere, because no memory
// is published through them; the upstream's own hand-over orders the chunks.

Budget::Budget(const char* name, std::size_t limit, Upstream& upstream,
               BudgetOptions options) noexcept
    : limit_(limit),
      headroom_(options.headroom),
      upstream_(&upstream),
      on_short_(options.on_short),
      with_(options.with) {
  copy_name(name_, sizeof name_, name);
}

Loan Budget::lend(const Ask& ask) noexcept {
  Loan loan = try_lend(ask);
  if (!loan && on_short_ != nullptr && relieve(ask))
    loan = try_lend(ask);
  if (!loan)
    refusals_.fetch_add(1, std::memory_order_relaxed);
  return loan;
}

Loan Budget::try_lend(const Ask& ask) noexcept {
  if (!draw(ask.size, ask.urgent))
    return {};
  const Loan loan = upstream_->lend(ask);
  if (!loan) {
    put_back(ask.size);
    return {};
  }
  if (loan.size == ask.size || draw(loan.size - ask.size, ask.urgent))
    return loan;
  // More came than fits the limit: rounding counts, since it is really held.
  upstream_->take_back(loan);
  put_back(ask.size);
  return {};
}

bool Budget::relieve(const Ask& ask) noexcept {
  if (ask.urgent)
    return false;
  if (const void** const innermost = port::budgets_short()) {
    const Relief relief{*this, *innermost};
    if (relief.is_nested())
      return false;
    *innermost = &relief;
    const bool may_do = on_short_(*this, ask.size, with_);
    *innermost = relief.outer;
    return may_do;
  }
  if (is_short_.exchange(1, std::memory_order_relaxed) != 0)
    return false;
  const bool may_do = on_short_(*this, ask.size, with_);
  is_short_.store(0, std::memory_order_relaxed);
  return may_do;
}

void Budget::take_back(Loan loan) noexcept {
  upstream_->take_back(loan);
  put_back(loan.size);
}

std::size_t Budget::limit() const noexcept {
  return limit_.load(std::memory_order_relaxed);
}

void Budget::set_limit(std::size_t limit) noexcept {
  limit_.store(limit, std::memory_order_relaxed);
  recall();
}

std::size_t Budget::held() const noexcept {
  std::size_t credit = 0;
  for (const Slot& slot : slots_)
    credit += slot.credit.load(std::memory_order_relaxed);
  const std::size_t charged = charged_.load(std::memory_order_relaxed);
  return charged > credit ? charged - credit : 0;
}

std::size_t Budget::high_water() const noexcept {
  return high_water_.load(std::memory_order_relaxed);
}

std::size_t Budget::refusals() const noexcept {
  return refusals_.load(std::memory_order_relaxed);
}

bool Budget::check() const noexcept {
  std::size_t credit = 0;
  for (const Slot& slot : slots_)
    credit += slot.credit.load(std::memory_order_relaxed);
  const std::size_t charged = charged_.load(std::memory_order_relaxed);
  return credit <= charged && charged <= high_water();
}

std::size_t Budget::batch() const noexcept {
  return base::smaller(limit() / parts_of_limit, largest_batch);
}

// Takes `size` from this thread's credit, or charges it.
bool Budget::draw(std::size_t size, bool urgent) noexcept {
  std::atomic<std::size_t>& credit =
      slots_[port::thread_index() % slots].credit;
  std::size_t have = credit.load(std::memory_order_relaxed);
  while (have >= size)
    if (credit.compare_exchange_weak(have, have - size,
                                     std::memory_order_relaxed))
      return true;
  const Drawing drawing{is_drawing_};
  const std::size_t ahead = batch();
  if (size < ahead && !urgent && charge(size + ahead, urgent)) {
    credit.fetch_add(ahead, std::memory_order_relaxed);
    return true;
  }
  return charge(size, urgent) || gather(size, urgent) ||
         (recall() != 0 && charge(size, urgent));
}

// Takes credit of any slot, as much as is missing and no more: what one thread
// holds in its hands while it looks is room that another would be refused for.
bool Budget::gather(std::size_t size, bool urgent) noexcept {
  std::size_t missing = size;
  for (Slot& slot : slots_) {
    std::size_t have = slot.credit.load(std::memory_order_relaxed);
    std::size_t taken = base::smaller(have, missing);
    while (taken != 0 && !slot.credit.compare_exchange_weak(
                             have, have - taken, std::memory_order_relaxed))
      taken = base::smaller(have, missing);
    missing -= taken;
  }
  if (charge(missing, urgent))
    return true;
  charged_.fetch_sub(size - missing, std::memory_order_relaxed);
  return false;
}

bool Budget::charge(std::size_t size, bool urgent) noexcept {
  const std::size_t limit = limit_.load(std::memory_order_relaxed);
  const std::size_t kept = urgent ? 0 : base::smaller(headroom_, limit);
  std::size_t charged = charged_.load(std::memory_order_relaxed);
  do {
    if (charged > limit - kept || size > limit - kept - charged)
      return false;
  } while (!charged_.compare_exchange_weak(charged, charged + size,
                                           std::memory_order_relaxed));
  std::size_t high = high_water_.load(std::memory_order_relaxed);
  while (high < charged + size &&
         !high_water_.compare_exchange_weak(high, charged + size,
                                            std::memory_order_relaxed)) {
  }
  return true;
}

// What comes back stays with this thread as credit, up to twice a batch. Credit
// serves any ask, so that none comes of what is charged into the headroom; and
// none is put into a slot that a thread which looks for room has passed.
void Budget::put_back(std::size_t size) noexcept {
  std::atomic<std::size_t>& credit =
      slots_[port::thread_index() % slots].credit;
  const std::size_t limit = limit_.load(std::memory_order_relaxed);
  const std::size_t usual = limit - base::smaller(headroom_, limit);
  const bool is_over = charged_.load(std::memory_order_relaxed) > usual ||
                       is_drawing_.test(std::memory_order_relaxed);
  const std::size_t most = is_over ? 0 : 2 * batch();
  std::size_t have = credit.load(std::memory_order_relaxed);
  while (size <= most && have <= most - size)
    if (credit.compare_exchange_weak(have, have + size,
                                     std::memory_order_relaxed))
      return;
  charged_.fetch_sub(size, std::memory_order_relaxed);
}

// Takes all credit out of the slots; the bytes that came of it.
std::size_t Budget::recall() noexcept {
  std::size_t credit = 0;
  for (Slot& slot : slots_)
    credit += slot.credit.exchange(0, std::memory_order_relaxed);
  if (credit != 0)
    charged_.fetch_sub(credit, std::memory_order_relaxed);
  return credit;
}

}  // namespace v1
}  // namespace tarn
