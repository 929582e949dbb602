#include "interleave/explorer.hpp"

#include "interleave/event.hpp"
#include "interleave/fiber.hpp"
#include "interleave/memory.hpp"
#include "interleave/pending.hpp"
#include "interleave/ranges.hpp"
#include "interleave/raw.hpp"
#include "interleave/uses.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <unistd.h>
#include <vector>

namespace tarn::interleave {
namespace {

using Kind = Operation::Kind;

// More steps than any program here has: it does not come to an end.
constexpr unsigned most_steps = 1000;

/// One of the ways that a run may go on.
struct Choice {
  unsigned taken;
  unsigned count;
  unsigned step;  // when it was made: the same in each run
};

class Search {
 public:
  std::size_t explore(const char* name, Program& program);
  std::uint64_t perform(Operation& operation, bool* is_done);
  void access(const void* at, std::size_t size, bool is_write);
  void barrier();
  void back_off();
  [[noreturn]] void fail(const char* what, int status = exit_found) const;

  Ranges ranges;
  Tamper tamper = nullptr;
  bool saw_weak = false;

 private:
  static void run_fiber();
  void run_once();
  void start(unsigned thread);
  void step(const Pending& next);
  [[nodiscard]] unsigned ready() const;
  void pick(bool is_over);
  unsigned choose(unsigned count);
  bool go_back();
  std::uint64_t carry_out(const Operation& operation, Word& word,
                          bool may_be_old, bool* is_done);
  std::uint64_t do_compare_exchange(const Operation& operation, Word& word,
                                    bool* is_done);

  const char* name_ = nullptr;
  Program* program_ = nullptr;
  Memory memory_;
  Uses uses_;
  std::vector<Event> events_;

  // The way that is being gone: what was chosen, and how far it was repeated.
  std::vector<Choice> way_;
  std::size_t depth_ = 0;

  bool is_running_ = false;   // threads run, and are looked at
  bool is_starting_ = false;  // each runs up to its first step
  bool is_known_ = false;     // the rest of this way was seen: nothing counts
  unsigned current_ = 0;
  unsigned unfinished_ = 0;  // a bit for each thread
  unsigned asleep_ = 0;      // whose next step was tried before all since
  unsigned sees_last_ = 0;   // who has backed off: its next load does
  unsigned steps_ = 0;
  Pending last_load_[most_threads] = {};  // as a wait for another value
  bool may_wait_in_vain_ = false;
  bool may_fail_by_chance_ = false;
  Pending pending_[most_threads] = {};
  const void* refused_[most_threads] = {};  // the lock it has just not got
  Fiber home_;
  Fiber fibers_[most_threads];
};

Search search;

std::size_t Search::explore(const char* name, Program& program) {
  name_ = name;
  program_ = &program;
  way_.clear();
  uses_.clear();
  std::size_t count = 0;
  for (bool goes_on = true; goes_on;) {
    run_once();
    if (uses_.has_grown()) {
      way_.clear();
      count = 0;
      continue;
    }
    count += is_known_ ? 0 : 1;
    goes_on = go_back();
  }
  std::printf("%-64s %9zu interleavings\n", name, count);
  return count;
}

void Search::run_once() {
  ranges.clear();
  std::fill_n(refused_, most_threads, nullptr);
  std::fill_n(last_load_, most_threads, Pending{});
  events_.clear();
  depth_ = 0;
  steps_ = 0;
  sees_last_ = 0;
  asleep_ = 0;
  is_known_ = false;
  may_fail_by_chance_ = true;
  may_wait_in_vain_ = true;
  program_->begin();
  const unsigned threads = program_->threads();
  memory_.restart(threads);
  unfinished_ = (1u << threads) - 1;
  is_running_ = true;
  is_starting_ = true;
  for (unsigned i = 0; i < threads; ++i)
    start(i);
  is_starting_ = false;
  if (unfinished_ != 0) {
    pick(true);
    program_->go_on(current_);
    switch_between(home_, fibers_[current_]);
  }
  is_running_ = false;
  program_->end();
}

void Search::start(unsigned thread) {
  current_ = thread;
  program_->go_on(thread);
  if (fibers_[thread].stack == nullptr)
    enter(home_, fibers_[thread], run_fiber);
  else
    switch_between(home_, fibers_[thread]);
}

// A fiber lasts from run to run.
void Search::run_fiber() {
  while (true) {
    const unsigned me = search.current_;
    search.program_->run(me);
    search.unfinished_ &= ~(1u << me);
    Fiber* next = &search.home_;
    if (!search.is_starting_ && search.unfinished_ != 0) {
      search.pick(true);
      search.program_->go_on(search.current_);
      next = &search.fibers_[search.current_];
    }
    switch_between(search.fibers_[me], *next);
  }
}

// Before a step on watched memory: another thread may come first, unless no
// other uses that word.
void Search::step(const Pending& next) {
  if (++steps_ > most_steps)
    fail("every thread comes to an end");
  const unsigned me = current_;
  if (next.at != nullptr && !uses_.add(me, next))
    return;
  pending_[me] = next;
  // It was to wait from the start: a way in which it did is the same.
  if (next.is_wait && next.at != nullptr && refused_[me] == next.at)
    is_known_ = true;
  if (is_starting_) {
    switch_between(fibers_[me], home_);
    return;
  }
  pick(false);
  if (current_ == me)
    return;
  program_->go_on(current_);
  switch_between(fibers_[me], fibers_[current_]);
}

// The threads that do not wait, for a lock or until a word is written.
unsigned Search::ready() const {
  unsigned ready = unfinished_;
  for (unsigned i = 0; i < most_threads; ++i) {
    const Pending& next = pending_[i];
    if ((ready >> i & 1) == 0 || !next.is_wait)
      continue;
    if (next.seen != nullptr ? next.seen->stores.size() == next.stores
                             : read_raw(next.at, 1) != 0)
      ready &= ~(1u << i);
  }
  return ready;
}

// Says who goes on. A thread is passed over while its next step was tried
// before the same ones that the others did since.
void Search::pick(bool is_over) {
  const unsigned ready = this->ready();
  if (ready == 0)
    fail("no lock is waited for in vain");
  unsigned candidates = ready & ~asleep_;
  if (candidates == 0)
    is_known_ = true;
  if (is_known_) {
    if (is_over || (ready >> current_ & 1) == 0)
      current_ = static_cast<unsigned>(std::countr_zero(ready));
    return;
  }
  for (unsigned i = choose(static_cast<unsigned>(std::popcount(candidates)));
       i-- != 0;) {
    asleep_ |= candidates & -candidates;
    candidates &= candidates - 1;
  }
  current_ = static_cast<unsigned>(std::countr_zero(candidates));
  for (unsigned i = 0; i < most_threads; ++i)
    if (!is_independent(pending_[i], pending_[current_]))
      asleep_ &= ~(1u << i);
}

unsigned Search::choose(unsigned count) {
  if (count == 1 || is_known_)
    return 0;
  if (depth_ == way_.size())
    way_.push_back({0, count, steps_});
  else if (way_[depth_].count != count || way_[depth_].step != steps_)
    fail("the same choices lead to the same run", exit_unsound);
  return way_[depth_++].taken;
}

// To the last choice that has another side.
bool Search::go_back() {
  while (!way_.empty() && ++way_.back().taken == way_.back().count)
    way_.pop_back();
  return !way_.empty();
}

std::uint64_t Search::perform(Operation& operation, bool* is_done) {
  if (!is_running_)
    return perform_alone(operation, is_done);
  const Range* const found = ranges.of(operation);
  const bool is_step = found != nullptr && found->how != Watch::plain;
  // A copy: threads that go on meanwhile may find locks.
  const Range range = is_step ? *found : Range{};
  if (is_step) {
    if (tamper != nullptr)
      tamper(operation, range.name);
    const bool is_load = operation.kind == Kind::load;
    step({operation.at, !is_load, is_load && range.how == Watch::lock});
  }
  access(operation.at, operation.size, false);  // what was plainly written
  Word& word =
      memory_.word(operation.at, read_raw(operation.at, operation.size));
  const unsigned me = current_;
  const bool may_be_old =
      is_step && range.how == Watch::steps && (sees_last_ >> me & 1) == 0;
  if (operation.kind == Kind::load)
    sees_last_ &= ~(1u << me);
  const std::uint64_t seen = carry_out(operation, word, may_be_old, is_done);
  const std::uint64_t left = word.stores.back().value;
  if (operation.kind == Kind::load)
    last_load_[me] = {operation.at, false, true, seen == left ? &word : nullptr,
                      word.stores.size()};
  write_raw(operation.at, operation.size, left);
  const bool is_refused =
      range.how == Watch::lock && operation.kind == Kind::exchange && seen != 0;
  refused_[me] = is_refused ? operation.at : nullptr;
  if (is_step)
    events_.push_back({me, operation.kind, range.name, seen, left});
  return seen;
}

std::uint64_t Search::carry_out(const Operation& operation, Word& word,
                                bool may_be_old, bool* is_done) {
  const std::uint64_t last = word.stores.back().value;
  switch (operation.kind) {
    case Kind::load: {
      const std::size_t count =
          may_be_old ? memory_.visible(word, current_) : 1;
      return memory_.load(word, current_, choose(static_cast<unsigned>(count)),
                          operation.order);
    }
    case Kind::store:
      memory_.store(word, current_, operation.value, operation.order);
      return last;
    case Kind::exchange: {
      const std::uint64_t seen =
          memory_.exchange(word, current_, operation.value, operation.order);
      return operation.is_forced ? operation.expected : seen;
    }
    case Kind::add:
      return memory_.exchange(word, current_, last + operation.value,
                              operation.order);
    case Kind::compare_exchange:
      return do_compare_exchange(operation, word, is_done);
  }
  return last;
}

std::uint64_t Search::do_compare_exchange(const Operation& operation,
                                          Word& word, bool* is_done) {
  const std::uint64_t seen = word.stores.back().value;
  saw_weak = saw_weak || operation.is_weak;
  *is_done = operation.is_forced || seen == operation.expected;
  if (*is_done && operation.is_weak && may_fail_by_chance_ && choose(2) == 1) {
    may_fail_by_chance_ = false;
    *is_done = false;
  }
  if (*is_done)
    memory_.exchange(word, current_, operation.value, operation.order);
  else
    memory_.load(word, current_, 0, operation.failure_order);
  return seen;
}

void Search::access(const void* at, std::size_t size, bool is_write) {
  if (!is_running_ || is_known_)
    return;
  const Range* const range = ranges.of(at);
  if (range != nullptr && !memory_.access(at, size, current_, is_write))
    fail(range->name);
}

void Search::barrier() {
  if (!is_running_)
    return;
  uses_.add_barrier();
  step({nullptr, true, false});
  memory_.meet();
}

// Once a way it finds nothing new.
void Search::back_off() {
  if (!is_running_)
    return;
  sees_last_ |= 1u << current_;
  const Pending& wait = last_load_[current_];
  if (wait.seen == nullptr)
    return;
  if (may_wait_in_vain_ && choose(2) == 1)
    may_wait_in_vain_ = false;
  else
    step(wait);
}

void Search::fail(const char* what, int status) const {
  std::fprintf(stderr, "%s: does not hold: %s\n", name_, what);
  for (const Event& event : events_)
    print(event);
  _exit(status);
}

}  // namespace

std::size_t explore(const char* name, Program& program) {
  return search.explore(name, program);
}

bool saw_weak() {
  return search.saw_weak;
}

void require(bool holds, const char* what) {
  if (!holds)
    search.fail(what);
}

void watch(const void* memory, std::size_t size, const char* name, Watch how) {
  search.ranges.add({memory, size, name, how});
}

void watch_locks() {
  search.ranges.find_locks();
}

void tamper_with(Tamper tamper) {
  search.tamper = tamper;
}

void barrier() {
  search.barrier();
}

void back_off() {
  search.back_off();
}

std::uint64_t perform(Operation& operation, bool* is_done) {
  return search.perform(operation, is_done);
}

void access(const void* at, std::size_t size, bool is_write) {
  search.access(at, size, is_write);
}

}  // namespace tarn::interleave
