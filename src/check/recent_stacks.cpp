#include "check/recent_stacks.hpp"

#include "tarn/detail/thread_number.hpp"

#include "base/memory_orders.hpp"
#include "check/arena.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using Word = std::uintptr_t;

using base::relaxed;

constexpr unsigned most_calls = 24;
constexpr unsigned stride = 4;  // calls that are compared at once
constexpr unsigned line_bits = 7;
constexpr unsigned most_threads = 1024;

struct Call {
  Word word;
  Word place;
};

struct Line {
  Word frame;  // 0: nothing is known
  Word end;    // of the farthest word
  StackId id;
  std::uint32_t calls;  // a multiple of `stride`; the last is there repeatedly
  Call call[most_calls];
};

struct Recent {
  // A handler of this thread keeps away. Written with a fence of the compiler
  // on its inner side.
  std::atomic<bool> is_in_use;
  Line lines[1U << line_bits];
};

// Each is its thread's, and the next one's that has the number: what that finds
// in it is true of its own stack, or does not agree. Who passes a number on
// orders the two.
constinit std::atomic<Recent*> all[most_threads] = {};

class Use {
 public:
  explicit Use(Recent& recent) noexcept : recent_(recent) {
    recent.is_in_use.store(true, relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    recent_.is_in_use.store(false, relaxed);
  }

 private:
  Recent& recent_;
};

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] Word word_at(
    Word place) noexcept {
  return *reinterpret_cast<const Word*>(place);
}

// The address behind the call lies where a frame ends.
Line& line_of(Recent& recent, Word frame) noexcept {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const std::uint64_t back = word_at(frame + sizeof(Word));
  return recent
      .lines[(std::uint64_t{frame >> 4} ^ back) * golden >> (64 - line_bits)];
}

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] bool leads_here(
    const Line& line) noexcept {
  Word differs = 0;
  static_assert(stride == 4);
  for (const Call* call = line.call; call != line.call + line.calls;
       call += stride)
    differs |= (*reinterpret_cast<const Word*>(call[0].place) ^ call[0].word) |
               (*reinterpret_cast<const Word*>(call[1].place) ^ call[1].word) |
               (*reinterpret_cast<const Word*>(call[2].place) ^ call[2].word) |
               (*reinterpret_cast<const Word*>(call[3].place) ^ call[3].word);
  return differs == 0;
}

Word bytes_above(Word frame) noexcept {
  return os::own_words_above(frame) * sizeof(Word);
}

// From the first step that is of the frame's function, or of its callers.
void write(Line& line, Word frame, const os::Trail& trail, unsigned first,
           StackId id) noexcept {
  const unsigned steps = trail.steps - first;
  line.calls = (steps + stride - 1) / stride * stride;
  for (unsigned i = 0; i < line.calls; ++i) {
    const unsigned step = first + (i < steps ? i : steps - 1);
    line.call[i] = {trail.words[step], trail.places[step]};
  }
  line.end = trail.places[trail.steps - 1] + sizeof(Word);
  line.id = id;
  line.frame = frame;
}

// Callers lie higher, all on the stack that stays as long as the thread.
bool is_kept(Word frame, const os::Trail& trail, unsigned first) noexcept {
  const Word reach = bytes_above(frame);
  if (first == trail.steps || trail.steps - first > most_calls)
    return false;
  for (unsigned i = first; i < trail.steps; ++i)
    if (trail.places[i] - frame >= reach ||
        (i != first && trail.places[i] <= trail.places[i - 1]))
      return false;
  return true;
}

// Null for a thread without a number as well: it is not counted yet, or ended.
Recent* mine() noexcept {
  const std::uint32_t number = detail::own_number();
  return number - 1 < most_threads ? all[number - 1].load(relaxed) : nullptr;
}

Recent* make_mine() noexcept {
  const std::uint32_t number = detail::own_number();
  if (number - 1 >= most_threads)
    return nullptr;
  auto* const made = static_cast<Recent*>(keep(sizeof(Recent)));
  all[number - 1].store(made, relaxed);
  return made;
}

}  // namespace

StackId recent_stack(std::uintptr_t frame) noexcept {
  Recent* const recent = mine();
  if (recent == nullptr || recent->is_in_use.load(relaxed))
    return 0;
  const Use use{*recent};
  // One of another thread with this number before may lie elsewhere.
  const Line& line = line_of(*recent, frame);
  const bool is_it = line.frame == frame &&
                     os::is_own_and_in_use(frame, line.end) && leads_here(line);
  return is_it ? line.id : 0;
}

void keep_recent_stack(std::uintptr_t frame, const os::Trail& trail,
                       StackId id) noexcept {
  unsigned first = 0;
  while (first < trail.steps && trail.places[first] < frame)
    ++first;
  if (id == 0 || !is_kept(frame, trail, first))
    return;
  Recent* recent = mine();
  if ((recent == nullptr && (recent = make_mine()) == nullptr) ||
      recent->is_in_use.load(relaxed))
    return;
  const Use use{*recent};
  write(line_of(*recent, frame), frame, trail, first, id);
}

}  // namespace tarn::check
