// Any program of acquiring and releasing keeps the laws of an ObjectPool,
// whether threads have its magazines or processors.
//
//   law 1  no two objects in use share a byte
//   law 2  an object in use keeps its bytes, one that waits does, too
//   law 3  as many are constructed as are in use and ready
//   law 4  stats() counts what is in use
//   law 5  a refusal and an exception change nothing
//   law 6  check() holds after every step
//   law 7  after the end all was destroyed and all memory came back
#include "tarn/object_pool.hpp"

#include "laws/law.hpp"
#include "support/counting_upstream.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <stdexcept>

namespace tarn::test {

const ProgramShape shape{.programs = 40, .steps = 3000};

namespace {

// Counts its kind and throws when told to.
class Thing {
 public:
  Thing() : mark_(++marks) {
    if (is_next_to_throw)
      throw std::runtime_error{"as asked"};
    ++living;
  }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;
  ~Thing() {
    law(is_sound(), "2: an object is destroyed as it was left");
    --living;
  }

  void renew(bool throws) {
    law(is_sound(), "2: an object that waits keeps its bytes");
    if (throws)
      throw std::runtime_error{"as asked"};
  }
  void use() {
    mark_ = ++marks;
    std::fill(std::begin(copies_), std::end(copies_), mark_);
  }
  [[nodiscard]] bool is_sound() const {
    return std::all_of(std::begin(copies_), std::end(copies_),
                       [this](unsigned copy) { return copy == copies_[0]; }) &&
           (copies_[0] == 0 || copies_[0] == mark_);
  }

  static inline unsigned marks = 0;
  static inline std::size_t living = 0;
  static inline bool is_next_to_throw = false;

 private:
  unsigned mark_;
  unsigned copies_[20] = {};
};

struct InSmallSlabs : KeepConstructed<Thing> {
  static constexpr std::size_t slab_size = 2 * KiB;
};

class Program {
 public:
  explicit Program(bool per_cpu) {
    pool_.emplace(upstream_, ObjectPoolOptions{.per_cpu = per_cpu});
  }
  ~Program() {
    release_all();
    pool_.reset();
    law(Thing::living == 0, "7: all was destroyed");
    law(upstream_.loans_out() == 0, "7: all memory came back");
  }

  void perform(Step step) {
    switch (step.kind % 16) {
      case 0:
        static_cast<void>(pool_->reap());
        break;
      case 1:
        static_cast<void>(pool_->reserve(step.amount % 64));
        break;
      case 2:
        release_all();
        break;
      case 3:
        acquire_refused();
        break;
      case 4:
        acquire_throwing(step.amount % 2 == 0);
        break;
      case 5:
        acquire_many(step.amount % 100);
        break;
      default:
        if (step.which < 140 && in_use_.size() < 400)
          acquire();
        else if (!in_use_.empty())
          release(step.amount % in_use_.size());
    }
    look();
  }

 private:
  using Pool = ObjectPool<Thing, InSmallSlabs>;

  void acquire() { enter(pool_->acquire_raw(false)); }

  void enter(Thing* thing) {
    law(thing != nullptr, "5: there is memory");
    for (const Thing* const other : in_use_)
      law(thing + 1 <= other || other + 1 <= thing, "1: objects lie apart");
    thing->use();
    in_use_.push_back(thing);
  }

  void acquire_many(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
      acquire();
  }

  void acquire_refused() {
    upstream_.refuse_after(0);
    const std::size_t before = pool_->stats().in_use;
    Thing* const thing = pool_->acquire_raw(false);
    law(thing != nullptr || upstream_.refused(), "5: refused or not");
    upstream_.refuse_after(CountingUpstream::never);
    if (thing != nullptr)
      return enter(thing);
    law(pool_->stats().in_use == before, "5: a refusal changes nothing");
  }

  void acquire_throwing(bool in_construction) {
    const std::size_t before = pool_->stats().in_use;
    Thing::is_next_to_throw = in_construction;
    try {
      Thing* const thing = pool_->acquire_raw(!in_construction);
      Thing::is_next_to_throw = false;
      enter(thing);
    } catch (const std::runtime_error&) {
      law(pool_->stats().in_use == before, "5: an exception changes nothing");
    }
    Thing::is_next_to_throw = false;
  }

  void release(std::size_t index) {
    law(in_use_[index]->is_sound(), "2: an object in use keeps its bytes");
    pool_->release(in_use_[index]);
    in_use_[index] = in_use_.back();
    in_use_.pop_back();
  }

  void release_all() {
    while (!in_use_.empty())
      release(in_use_.size() / 2);
  }

  void look() const {
    const ObjectPoolStats stats = pool_->stats();
    law(stats.in_use == in_use_.size(), "4: what is in use");
    law(stats.in_use + stats.ready == Thing::living, "3: what is constructed");
    law(pool_->check(), "6: check() holds");
  }

  CountingUpstream upstream_;
  std::optional<Pool> pool_;
  std::vector<Thing*> in_use_;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  for (const bool per_cpu : {false, true}) {
    Program program{per_cpu};
    perform_each(program, steps);
  }
}

}  // namespace tarn::test
