// Any program of lending, taking back and changing limits keeps the laws of
// three budgets inside each other.
//
//   law 1  held() is what is lent through the budget, and not yet back
//   law 2  an ask within the limits of its budget and of all around it is
//          granted; one beyond them is refused, counted, and changes nothing
//   law 3  an ask that is not urgent never gets bytes of the headroom
//   law 4  a lower limit takes nothing away, and nothing more is lent until
//          enough has come back
//   law 5  high_water() is no less than what was ever held, and no more than
//          the highest limit
//   law 6  check() holds after every step
#include "tarn/budget.hpp"

#include "laws/law.hpp"
#include "support/counting_upstream.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace tarn::test {

const ProgramShape shape{.programs = 40, .steps = 5000};

namespace {

constexpr std::size_t levels = 3;

struct Lent {
  Loan loan;
  std::size_t level;
  bool is_urgent;
};

// What is known of one budget without asking it.
struct Level {
  std::unique_ptr<Budget> budget;
  std::size_t limit;
  std::size_t headroom;
  std::size_t highest_limit;
  std::size_t held = 0;        // in all
  std::size_t usual_held = 0;  // by asks that were not urgent
  std::size_t most_held = 0;

  [[nodiscard]] std::size_t usual_limit() const {
    return limit - std::min(headroom, limit);
  }
};

constexpr bool fits(std::size_t held, std::size_t size, std::size_t limit) {
  return held <= limit && size <= limit - held;
}

class Program {
 public:
  explicit Program(Step step) {
    // The outermost is level 0. Large limits lend in batches, small ones do
    // not; a headroom larger than its limit leaves nothing for usual asks.
    Upstream* around = &upstream_;
    for (std::size_t i = 0; i < levels; ++i) {
      const std::size_t limit = (std::size_t{step.amount} + 1) << (9 - 2 * i);
      const std::size_t headroom = (step.which >> i & 1) == 0 ? 0 : limit / 8;
      levels_[i] = {std::make_unique<Budget>("b", limit, *around,
                                             BudgetOptions{headroom}),
                    limit, headroom, limit};
      around = levels_[i].budget.get();
    }
  }
  ~Program() {
    while (!lent_.empty())
      take_back(lent_.size() / 2);
    look();
  }

  void perform(Step step) {
    const unsigned choice = step.kind % 32;
    const std::size_t level = step.which % levels;
    const bool is_urgent = step.which >= 192;
    if (choice < 15 && lent_.size() < 200)
      lend(level, spread(step.amount, 20) + 1, is_urgent);
    else if (choice == 15)
      lend(level, room_left(level) + step.amount % 3, is_urgent);
    else if (choice == 16)
      lend(level, no_limit - step.amount, is_urgent);
    else if (choice == 17)
      set_limit(level, std::size_t{step.amount} << step.which / levels % 10);
    else if (choice == 18)
      upstream_.extra = step.amount % 2 == 0 ? 0 : spread(step.amount, 12);
    else if (choice == 19)
      upstream_.refuse_after(step.amount % 4, false);
    else if (!lent_.empty())
      take_back(step.amount % lent_.size());
    look();
  }

 private:
  // What the tightest limit around `level` leaves to usual asks, less what a
  // loan brings on top; an ask of that much is granted, one of more is not.
  [[nodiscard]] std::size_t room_left(std::size_t level) const {
    std::size_t room = 2 * MiB;
    for (std::size_t i = 0; i <= level; ++i) {
      const Level& outer = levels_[i];
      const std::size_t limit = outer.usual_limit();
      room = std::min(room, limit > outer.held ? limit - outer.held : 0);
    }
    return room > upstream_.extra ? room - upstream_.extra : 1;
  }

  void lend(std::size_t level, std::size_t size, bool is_urgent) {
    // Which bytes lie in the headroom is the budget's own affair: while urgent
    // asks hold some, a usual one that fits besides the usual ones alone may be
    // granted or not.
    bool must_be = size <= 1024 * MiB;
    bool may_be = must_be;
    const std::size_t comes = size + (must_be ? upstream_.extra : 0);
    for (std::size_t i = 0; i <= level; ++i) {
      const Level& outer = levels_[i];
      const std::size_t limit = is_urgent ? outer.limit : outer.usual_limit();
      must_be = must_be && fits(outer.held, comes, limit);
      may_be = may_be && fits(outer.held, comes, outer.limit) &&
               (is_urgent || fits(outer.usual_held, comes, limit));
    }
    Level& asked = levels_[level];
    const std::size_t refusals_before = asked.budget->refusals();
    const Loan loan =
        asked.budget->lend({size, max_align, PoolKind::tool, is_urgent, 0});
    const bool upstream_refused = upstream_.refused();
    if (upstream_refused)
      upstream_.refuse_after(CountingUpstream::never);
    law(asked.budget->refusals() == refusals_before + (loan ? 0u : 1u),
        "2: a refusal is counted");
    if (!loan) {
      law(!must_be || upstream_refused, "2: within the limits");
      return;
    }
    law(may_be, is_urgent ? "2: beyond the limits" : "3: into the headroom");
    law(loan.size == comes, "2: all that came is passed on");
    for (std::size_t i = 0; i <= level; ++i)
      enter(levels_[i], loan.size, is_urgent);
    lent_.push_back({loan, level, is_urgent});
  }

  static void enter(Level& level, std::size_t size, bool is_urgent) {
    level.held += size;
    level.usual_held += is_urgent ? 0 : size;
    level.most_held = std::max(level.most_held, level.held);
  }

  void take_back(std::size_t index) {
    const Lent lent = lent_[index];
    levels_[lent.level].budget->take_back(lent.loan);
    for (std::size_t i = 0; i <= lent.level; ++i) {
      levels_[i].held -= lent.loan.size;
      levels_[i].usual_held -= lent.is_urgent ? 0 : lent.loan.size;
    }
    lent_[index] = lent_.back();
    lent_.pop_back();
  }

  void set_limit(std::size_t level, std::size_t limit) {
    Level& changed = levels_[level];
    changed.budget->set_limit(limit);
    changed.limit = limit;
    changed.highest_limit = std::max(changed.highest_limit, limit);
    law(changed.budget->limit() == limit, "4: the limit is the one set");
  }

  void look() const {
    std::size_t sum = 0;
    for (const Lent& lent : lent_)
      sum += lent.loan.size;
    law(levels_[0].held == sum && upstream_.bytes_out() == sum,
        "1: all of it passes the outermost");
    for (const Level& level : levels_) {
      law(level.budget->held() == level.held, "1: held() is what is lent");
      law(level.budget->high_water() >= level.most_held &&
              level.budget->high_water() <= level.highest_limit,
          "5: the high water");
      law(level.budget->check(), "6: check() holds");
    }
  }

  CountingUpstream upstream_;
  std::array<Level, levels> levels_;
  std::vector<Lent> lent_;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  if (steps.empty())
    return;
  Program program{steps.front()};
  perform_each(program, steps);
}

}  // namespace tarn::test
