#include "port/fault.hpp"

#include "port/world.hpp"

#include <atomic>

namespace tarn {
namespace {

// Set by any thread, read by the one that faults.
constinit std::atomic<FaultHandler> the_handler{nullptr};

}  // namespace

inline namespace v1 {

FaultHandler set_fault_handler(FaultHandler handler) noexcept {
  return the_handler.exchange(handler, std::memory_order_acq_rel);
}

}  // namespace v1

namespace port {

void report(Fault fault, const base::Line& line) noexcept {
  base::Line whole;
  whole << "tarn: fault: " << line.text() << "\n";
  write_error(whole.text(), whole.size());
  const FaultHandler handler = the_handler.load(std::memory_order_acquire);
  if (handler != nullptr)
    handler(fault, whole.text());
  abort();
}

void report_bad_alignment(std::size_t align) noexcept {
  base::Line line;
  line << "alignment " << align << " is not a power of two";
  report(Fault::bad_alignment, line);
}

}  // namespace port
}  // namespace tarn
