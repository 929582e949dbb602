// The order of things: the line, the details, the handler, the end. A handler
// of SIGSEGV may have 8 KiB of stack, of which the kernel takes three: so there
// are few lines on it, and what else is large is static, of whoever has the
// turn.
#include "check/report.hpp"

#include "check/in_place.hpp"
#include "check/modes.hpp"
#include "check/report_forms.hpp"
#include "check/stacks.hpp"
#include "check/told.hpp"
#include "check/turn.hpp"
#include "os/error.hpp"
#include "os/process.hpp"
#include "os/sanitizers.hpp"
#include "port/fault.hpp"
#include "port/last_words.hpp"

#include <atomic>

namespace tarn::check {
namespace {

// Who ends the program, 0: nobody. Written by that thread alone.
constinit std::atomic<int> ending_thread{0};

StackId stack_of_finder(const Finding& finding) noexcept {
  if (finding.stack != 0)
    return finding.stack;
  const os::Unseen unseen;
  return is_at_exit() ? StackId{0} : capture_stack();
}

// What handlers are given and people read first. It ends with a new line also
// where a name was too long for it.
class FirstLine {
 public:
  explicit FirstLine(const Finding& finding) noexcept {
    line_ << "tarn: fault: " << finding.line.text() << "\n";
  }
  [[nodiscard]] const char* text() const noexcept { return line_.text(); }
  void write() const noexcept {
    port::write_error(line_.text(), line_.size());
    if (line_.text()[line_.size() - 1] != '\n')
      port::write_error("\n", 1);
  }

 private:
  base::Line line_;
};

// False: nothing was written.
bool write_with_symbols(const Finding& finding, StackId found_by) noexcept {
  os::Filter filter;
  if (!start_symbolize(filter))
    return false;
  Output out{filter};
  write_details(out, finding, found_by, false);
  return true;
}

// All but what standard error has in any case.
void write_rest(const FirstLine& line, const Finding& finding,
                StackId found_by) noexcept {
  const char* const path = settings().report_path;
  Output out{path};
  if (settings().json)
    return write_json(out, finding, found_by);
  if (path != nullptr)
    out << line.text();
  write_details(out, finding, found_by, true);
}

// Standard error has the first line in any case: alone where the report goes to
// a file, and as part of the object where that is JSON.
void write_report(const FirstLine& line, const Finding& finding,
                  StackId found_by) noexcept {
  const char* const path = settings().report_path;
  const bool is_json = settings().json;
  if (path != nullptr || !is_json)
    line.write();
  if (path == nullptr && !is_json && settings().symbols &&
      write_with_symbols(finding, found_by))
    return;
  write_rest(line, finding, found_by);
}

// A line alone of what comes while a report is written by this thread, or by
// another one that does not get on.
void tell(const FirstLine& line, const Finding& finding,
          StackId found_by) noexcept {
  const Turn turn = take_turn();
  if (turn != Turn::ours) {
    line.write();
    if (turn == Turn::nested)
      port::abort();
    return;
  }
  {
    const os::Unseen unseen;
    write_report(line, finding, found_by);
  }
  end_turn();
}

// Of a fault whose line was written.
void witness(const tarn_finding& found, const char* text) noexcept {
  const os::KeptError kept;
  Finding finding{static_cast<Fault>(found.fault)};
  finding.line << text;
  finding.place = static_cast<const std::byte*>(found.place);
  const StackId found_by = stack_of_finder(finding);
  if (take_turn() != Turn::ours)
    return;
  {
    const os::Unseen unseen;
    write_rest(FirstLine{finding}, finding, found_by);
  }
  end_turn();
}

}  // namespace

void witness_faults() noexcept {
  port::the_fault_witness.store(witness, std::memory_order_release);
}

AtExit::AtExit() noexcept {
  ending_thread.store(os::system_thread(), std::memory_order_relaxed);
}

AtExit::~AtExit() {
  ending_thread.store(0, std::memory_order_relaxed);
}

bool is_at_exit() noexcept {
  const int ending = ending_thread.load(std::memory_order_relaxed);
  return ending != 0 && ending == os::system_thread();
}

void report(const Finding& finding) noexcept {
  const os::KeptError kept;
  const bool goes_on = port::after_fault() == AfterFault::go_on;
  const StackId found_by = stack_of_finder(finding);
  if (goes_on && was_told(finding, found_by))
    return;
  const FirstLine line{finding};
  tell(line, finding, found_by);
  const bool is_heard_elsewhere = !goes_on && port::has_fault_of_its_own();
  if (!is_heard_elsewhere)
    port::call_fault_handler(finding.fault, line.text());
  if (goes_on)
    return;
  if (!is_heard_elsewhere)
    port::abort();
  const tarn_finding found = {static_cast<std::uint32_t>(finding.fault),
                              0,
                              finding.place,
                              finding.block.block,
                              {0, 0},
                              finding.line.text(),
                              {0, 0}};
  tarn_on_fault(&found);
}

}  // namespace tarn::check
