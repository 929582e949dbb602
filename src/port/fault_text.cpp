// What a fault says. Nothing else refers to this file, so that a program with a
// tarn_on_fault of its own has none of it: it is weak for who compiles all of
// this as one file, and a file of its own for who links a library.
#include "base/build.hpp"
#include "port/fault.hpp"
#include "port/last_words.hpp"

#include <atomic>

namespace tarn {
namespace {

// Set by any thread, read by the one that faults.
constinit std::atomic<FaultHandler> the_handler{nullptr};
constinit std::atomic<AfterFault> what_follows{AfterFault::abort};

// By Sentence. %p is the place, %b the block, %1 and %2 are the numbers.
constexpr const char* sentences[] = {
    "",
    "alignment %1 is not a power of two",
    "%p given to a fixed heap: it is free already",
    "%p given to a fixed heap: it lies inside block %b",
    "%p given to a fixed heap: it is none of its blocks",
    "a fixed heap was written to at or before %p",
    "%p given to a slot pool: it is free already",
    "%p given to a slot pool: it lies inside slot %b",
    "%p given to a slot pool: it is none of its slots",
    ("a free slot of the slot pool at %p was written to: its next one is %1 of "
     "%2"),
    "block %p of a fixed heap was written to behind its end",
    "rewind of a frame region to a stale mark (generation %1, now %2)",
    "rewind of a double-ended stack to a stale mark (generation %1, now %2)",
    "a frame region was written to at or before %p",
    "a double-ended stack was written to at or before %p",
    "overflow: %n changed behind %p (%2 bytes, fixed heap)",
    "overflow: %n changed behind %p (%2 bytes, slot pool)",
    "underflow: %n changed before %p (%2 bytes, fixed heap)",
    "underflow: %n changed before %p (%2 bytes, slot pool)",
    "write after free: byte %1 of %p (%2 bytes, fixed heap) changed",
    "write after free: byte %1 of %p (%2 bytes, slot pool) changed",
    "underflow: what lies far before %p (fixed heap) was changed",
    "underflow: what lies far before %p (slot pool) was changed"};
static_assert(sizeof sentences / sizeof *sentences ==
              static_cast<std::size_t>(port::Sentence::sentences));

void write_sentence(base::Line& line, const tarn_finding& found) noexcept {
  for (const char* at = sentences[found.sentence]; *at != '\0'; ++at) {
    const char one[2] = {*at, '\0'};
    if (*at != '%') {
      line << one;
      continue;
    }
    switch (*++at) {
      case 'p':
        line << base::Hex{found.place};
        break;
      case 'b':
        line << base::Hex{found.block};
        break;
      case 'n':
        line << std::uint64_t{found.numbers[0]}
             << (found.numbers[0] == 1 ? " byte" : " bytes");
        break;
      default:
        line << std::uint64_t{found.numbers[*at - '1']};
        break;
    }
  }
}

void write_text(base::Line& line, const tarn_finding& found) noexcept {
  if (found.text != nullptr)
    line << found.text;
  else
    write_sentence(line, found);
}

void write_line(base::Line& line, const tarn_finding& found) noexcept {
  line << "tarn: fault: ";
  write_text(line, found);
}

[[gnu::noinline, maybe_unused]] void tell_witness(
    port::FaultWitness witness, const tarn_finding& found) noexcept {
  base::Line text;
  write_text(text, found);
  witness(found, text.text());
}

static_assert(static_cast<int>(Fault::bad_alignment) ==
              TARN_FAULT_BAD_ALIGNMENT);
static_assert(static_cast<int>(Fault::stale_mark) == TARN_FAULT_STALE_MARK);
static_assert(static_cast<int>(Fault::wrong_pool) == TARN_FAULT_WRONG_POOL);
static_assert(static_cast<int>(Fault::double_free) == TARN_FAULT_DOUBLE_FREE);
static_assert(static_cast<int>(Fault::corrupted) == TARN_FAULT_CORRUPTED);
static_assert(static_cast<int>(Fault::sealed) == TARN_FAULT_SEALED);

}  // namespace

inline namespace v1 {

FaultHandler set_fault_handler(FaultHandler handler) noexcept {
  return the_handler.exchange(handler, std::memory_order_acq_rel);
}

void set_after_fault(AfterFault what) noexcept {
  what_follows.store(what, std::memory_order_relaxed);
}

}  // namespace v1

AfterFault port::after_fault() noexcept {
  return what_follows.load(std::memory_order_relaxed);
}

void port::call_fault_handler(Fault fault, const char* line) noexcept {
  const FaultHandler handler = the_handler.load(std::memory_order_acquire);
  if (handler != nullptr)
    handler(fault, line);
}

}  // namespace tarn

extern "C" {

size_t tarn_fault_text(const tarn_finding* found, char* buffer, size_t size) {
  tarn::base::Line line;
  tarn::write_line(line, *found);
  for (size_t i = 0; i < size; ++i) {
    const bool ends = i + 1 == size || i >= line.size();
    buffer[i] = ends ? '\0' : line.text()[i];
    if (ends)
      break;
  }
  return line.size();
}

[[gnu::weak]] void tarn_on_fault(const tarn_finding* found) {
  tarn::base::Line line;
  tarn::write_line(line, *found);
  line << "\n";
  tarn::port::write_error(line.text(), line.size());
  if constexpr (tarn::base::has_checks)
    if (const tarn::port::FaultWitness witness =
            tarn::port::the_fault_witness.load(std::memory_order_acquire))
      tarn::tell_witness(witness, *found);
  const tarn::FaultHandler handler =
      tarn::the_handler.load(std::memory_order_acquire);
  if (handler != nullptr)
    handler(static_cast<tarn::Fault>(found->fault), line.text());
  tarn::port::abort();
}

// The same under a name that no program takes.
[[noreturn, gnu::alias("tarn_on_fault"), gnu::visibility("hidden")]] void
tarn_end_by_fault(const tarn_finding* found) noexcept;

}  // extern "C"

bool tarn::port::has_fault_of_its_own() noexcept {
  return &tarn_on_fault != &tarn_end_by_fault;
}
