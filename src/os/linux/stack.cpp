// Who is walked first is this file's own caller: its frame pointer is kept
// (__builtin_frame_address), so that no register needs to be read.
#include "os/stack.hpp"

#include "os/linux/call_frames.hpp"
#include "os/linux/machine.hpp"
#include "os/linux/own_stack.hpp"
#include "os/modules.hpp"

#include <ucontext.h>

namespace tarn::os {
namespace {

using Kind = CallFrameKind;

constinit CallFrames call_frames;

// A signal's frame names the instruction itself, all others the one behind a
// call, which may be of the next function already.
struct Step {
  Place place;
  bool is_exact;
};

class Walk {
 public:
  Walk(const Step& from, Trail& trail) noexcept
      : at_(from), table_(call_frames.table()), trail_(trail) {}

  /// Goes to callers until `most` are told, but for those that are tarn's own
  /// at the beginning. Returns how many were.
  unsigned run(std::uintptr_t* calls, unsigned most) noexcept {
    const unsigned count = go(calls, most);
    trail_.steps = steps_ <= Trail::longest ? steps_ : 0;
    return count;
  }

 private:
  unsigned go(std::uintptr_t* calls, unsigned most) noexcept {
    unsigned count = 0;
    while (count != most) {
      if (table_ != nullptr && !at_.is_exact)
        count = run_ordinary(calls, count, most);
      if (count == most || at_.place.pc == 0)
        break;
      const CallFrame rule = this->rule();
      calls[count] = at_.place.pc + (at_.is_exact ? 1 : 0);
      // What the kernel put between a handler of ours and what it interrupted
      // is nobody's call.
      const bool is_ours = rule.is_own() || rule.kind() == Kind::signal;
      count += count != 0 || !is_ours ? 1 : 0;
      if (!step(rule))
        break;
    }
    return count;
  }

  /// The same as long as rules are known and ordinary, and words are where the
  /// last ones were: in registers, without a branch that is hard to foretell.
  unsigned run_ordinary(std::uintptr_t* calls, unsigned count,
                        unsigned most) noexcept {
    const CallFrames::Entry* const table = table_;
    const StackReader stack = stack_;
    Place at = at_.place;
    unsigned steps = steps_;
    CallFrame rule;
    while (count != most && CallFrames::look(table, at.pc - 1, rule) &&
           rule.is_ordinary()) {
      const std::uintptr_t base = rule.is_by_frame_pointer() ? at.fp : at.sp;
      const std::uintptr_t cfa = base + rule.cfa();
      const std::uintptr_t back = cfa + rule.back();
      const std::uintptr_t frame = cfa + rule.frame();
      if (cfa <= at.sp || cfa % sizeof cfa != 0 || !stack.has(back) ||
          (rule.saves_frame() && !stack.has(frame)))
        break;
      calls[count] = at.pc;
      count += count != 0 || !rule.is_own() ? 1 : 0;
      const std::uintptr_t word = StackReader::at(back);
      trail_.places[steps % Trail::longest] = back;
      trail_.words[steps % Trail::longest] = word;
      ++steps;
      at.pc = without_signature(word);
      at.fp = rule.saves_frame() ? StackReader::at(frame) : at.fp;
      at.sp = cfa;
    }
    at_.place = at;
    steps_ = steps;
    return count;
  }

  /// The rule of where it is.
  [[nodiscard]] CallFrame rule() const noexcept {
    return CallFrames::find(table_,
                            at_.is_exact ? at_.place.pc : at_.place.pc - 1);
  }

  /// Goes to the caller. False: there is none, or nobody can tell.
  bool step(const CallFrame& rule) noexcept {
    switch (rule.kind()) {
      case Kind::stack_pointer:
        return step_to(at_.place.sp + rule.cfa(), rule);
      case Kind::frame_pointer:
        return step_to(at_.place.fp + rule.cfa(), rule);
      case Kind::stored:
        return step_stored(rule);
      case Kind::signal:
        return step_signal();
      case Kind::chain:
        return step_chain();
      default:
        return false;
    }
  }

  // Callers lie higher, so no walk goes on for ever.
  bool step_to(std::uintptr_t cfa, const CallFrame& rule) noexcept {
    std::uintptr_t back = 0;
    if (cfa <= at_.place.sp || !stack_.read(cfa + rule.back(), back))
      return false;
    if (rule.saves_frame()) {
      const std::uintptr_t base = rule.frame_by_frame() ? at_.place.fp : cfa;
      if (!stack_.read(base + rule.frame(), at_.place.fp))
        return false;
    }
    note(cfa + rule.back(), back);
    return arrive(back, cfa);
  }

  void note(std::uintptr_t place, std::uintptr_t word) noexcept {
    trail_.places[steps_ % Trail::longest] = place;
    trail_.words[steps_ % Trail::longest] = word;
    ++steps_;
  }

  bool step_stored(const CallFrame& rule) noexcept {
    std::uintptr_t cfa = 0;
    return stack_.read(at_.place.fp + rule.cfa(), cfa) && step_to(cfa, rule);
  }

  // What it interrupted may be on another stack.
  bool step_signal() noexcept {
    const std::uintptr_t saved = at_.place.sp;
    Place place;
    if (!stack_.read(saved + saved_program_counter, place.pc) ||
        !stack_.read(saved + saved_stack_pointer, place.sp) ||
        !stack_.read(saved + saved_frame_pointer, place.fp))
      return false;
    at_ = {place, true};
    steps_ = Trail::longest + 1;
    return place.pc != 0;
  }

  // The caller's frame pointer, then the address behind the call. Where a frame
  // pointer was used for something else, only code of a file is believed.
  bool step_chain() noexcept {
    const std::uintptr_t frame = at_.place.fp;
    std::uintptr_t outer = 0;
    std::uintptr_t back = 0;
    if (frame < at_.place.sp || !stack_.read(frame, outer) ||
        !stack_.read(frame + sizeof frame, back))
      return false;
    Module module;
    if (find_module(at_.place.pc - 1, module) &&
        !find_module(without_signature(back), module))
      return false;
    at_.place.fp = outer;
    note(frame + sizeof frame, back);
    return arrive(back, frame + 2 * sizeof frame);
  }

  bool arrive(std::uintptr_t back, std::uintptr_t cfa) noexcept {
    at_.place.pc = without_signature(back);
    at_.place.sp = cfa;
    at_.is_exact = false;
    return at_.place.pc != 0;
  }

  Step at_;
  CallFrames::Entry* table_;
  StackReader stack_;
  Trail& trail_;
  unsigned steps_ = 0;  // those beyond the longest trail are not kept
};

unsigned walk(const Step& from, std::uintptr_t* calls, unsigned most,
              Trail& trail) noexcept {
  Walk walk(from, trail);
  return walk.run(calls, most);
}

}  // namespace

Place place_of_signal(const void* context) noexcept {
  const mcontext_t& saved =
      static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  const auto of = [&saved](int number) {
    return static_cast<std::uintptr_t>(saved.gregs[number]);
  };
  return {of(REG_RIP), of(REG_RSP), of(REG_RBP)};
#elif defined(__aarch64__)
  return {saved.pc, saved.sp, saved.regs[dwarf_frame_pointer]};
#else
  return {};
#endif
}

[[gnu::noinline, gnu::no_sanitize_address, gnu::no_sanitize_thread]] unsigned
walk_stack(std::uintptr_t* calls, unsigned most, Trail& trail) noexcept {
  const auto* const frame =
      static_cast<const std::uintptr_t*>(__builtin_frame_address(0));
  // The caller's frame pointer and the address behind its call lie there.
  const Place caller = {without_signature(frame[1]),
                        reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()),
                        frame[0]};
  return walk({caller, false}, calls, most, trail);
}

unsigned walk_stack(std::uintptr_t* calls, unsigned most) noexcept {
  Trail trail;
  return walk_stack(calls, most, trail);
}

unsigned walk_stack(Place from, std::uintptr_t* calls, unsigned most) noexcept {
  Trail trail;
  return from.pc == 0 || most == 0 ? 0 : walk({from, true}, calls, most, trail);
}

}  // namespace tarn::os
