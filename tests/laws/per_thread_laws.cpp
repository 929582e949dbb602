// Any program of calls, by threads that come and go, keeps the laws of a set.
//
//   law 1  local() gives a thread the same pool until the thread or the set
//          ends, and no other thread has it meanwhile
//   law 2  a pool of an ended thread waits, with what it holds, until a thread
//          without one comes, and is had before a new one is made; where it is
//          released it is ended once, with its thread
//   law 3  for_each() gives each pool once: those with a thread and those that
//          wait
//   law 4  stats() says how many there are of each, and were
//   law 5  what threads made ends once: by reset_all(), with the region that
//          took it over, with its thread, or with the set
#include "tarn/per_thread.hpp"

#include "laws/heap_threads.hpp"
#include "laws/law.hpp"

#include <array>
#include <map>
#include <memory>
#include <set>

namespace tarn::test {

const ProgramShape shape{.programs = 8, .steps = 400};

namespace {

constexpr std::size_t places = 4;  // for threads
constexpr std::size_t kinds = 2;   // sets: adopt, release

// The steps take turns, so plain words do.
int made = 0;
int ended = 0;

struct Counted {
  Counted() { ++made; }
  ~Counted() { ++ended; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

/// A set, and what is known of it without asking.
struct Known {
  explicit Known(EndedThread policy)
      : ended(policy),
        set(std::make_unique<PerThread<Region>>(PerThreadOptions{policy})) {}

  EndedThread ended;
  std::unique_ptr<PerThread<Region>> set;
  std::map<Region*, std::size_t> in;  // things that a pool holds
  std::array<Region*, places> of{};   // the threads' pools
  std::set<Region*> waiting;
  std::size_t adopted = 0;
  std::size_t released = 0;
};

class Program {
 public:
  ~Program() {
    for (std::size_t place = 0; place < places; ++place)
      end_thread(place);
    for (Known& known : sets_)
      known.set.reset();
    tree_.reset();
    law(made == ended, "5: all ends once");
  }

  void perform(Step step) {
    const std::size_t place = step.which % places;
    Known& known = sets_[step.which / places % kinds];
    const unsigned choice = step.kind % 16;
    if (choice < 8)
      make(known, place, step.amount % 5);
    else if (choice < 11)
      end_thread(place);
    else if (choice == 11)
      reset_all(known);
    else if (choice == 12)
      merge(known);
    else if (choice == 13)
      begin_anew(known);
    else
      look(known);
    law(ended == made - static_cast<int>(held()), "5: what is held lives");
  }

 private:
  [[nodiscard]] std::size_t held() const {
    std::size_t sum = in_tree_;
    for (const Known& known : sets_)
      for (const auto& [pool, things] : known.in)
        sum += things;
    return sum;
  }

  void make(Known& known, std::size_t place, std::size_t things) {
    std::unique_ptr<Helper>& thread = threads_[place];
    if (thread == nullptr)
      thread = std::make_unique<Helper>();
    Region* pool = nullptr;
    thread->run([&] {
      pool = known.set->local();
      law(pool == known.set->local(), "1: the same again");
      for (std::size_t i = 0; pool != nullptr && i < things; ++i)
        law(pool->make<Counted>() != nullptr, "memory");
    });
    law(pool != nullptr, "memory");
    if (known.of[place] == nullptr)
      enter(known, place, pool);
    law(known.of[place] == pool, "1: until the thread ends");
    known.in[pool] += things;
  }

  void enter(Known& known, std::size_t place, Region* pool) {
    if (known.waiting.empty())
      law(!known.in.contains(pool), "1: nobody else's");
    else
      law(known.waiting.erase(pool) == 1, "2: what waits is had first");
    known.adopted += known.in.contains(pool);
    known.of[place] = pool;
    known.in.try_emplace(pool, 0);
  }

  void end_thread(std::size_t place) {
    threads_[place].reset();
    for (Known& known : sets_) {
      Region* const pool = std::exchange(known.of[place], nullptr);
      if (pool == nullptr)
        continue;
      if (known.ended == EndedThread::adopt) {
        known.waiting.insert(pool);
        continue;
      }
      known.in.erase(pool);
      ++known.released;
    }
  }

  static void reset_all(Known& known) {
    known.set->reset_all();
    for (auto& [pool, things] : known.in)
      things = 0;
  }

  void merge(Known& known) {
    law(known.set->merge_into(tree_), "regions of one upstream merge");
    for (auto& [pool, things] : known.in)
      in_tree_ += std::exchange(things, 0);
    if (in_tree_ < 50)
      return;
    law(tree_.stats().cleanups == in_tree_, "5: the tree took all over");
    tree_.reset();
    in_tree_ = 0;
  }

  static void begin_anew(Known& known) {
    const EndedThread policy = known.ended;
    known = Known{policy};
  }

  static void look(Known& known) {
    std::set<Region*> seen;
    known.set->for_each([&](Region& pool) {
      law(seen.insert(&pool).second, "3: once");
      law(pool.stats().cleanups == known.in.at(&pool), "2: with what it holds");
    });
    law(seen.size() == known.in.size(), "3: all of them");
    const PerThreadStats stats = known.set->stats();
    law(stats.pools == seen.size() && stats.waiting == known.waiting.size() &&
            stats.adopted == known.adopted &&
            stats.released == known.released && stats.lost == 0,
        "4: stats");
  }

  std::array<std::unique_ptr<Helper>, places> threads_;
  std::array<Known, kinds> sets_{Known{EndedThread::adopt},
                                 Known{EndedThread::release}};
  Region tree_;
  std::size_t in_tree_ = 0;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  Program program;
  perform_each(program, steps);
}

}  // namespace tarn::test
