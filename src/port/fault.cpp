#include "port/fault.hpp"

namespace tarn::port {

void report(Fault fault, const base::Line& line) noexcept {
  const tarn_finding found = {static_cast<std::uint32_t>(fault),
                              0,
                              nullptr,
                              nullptr,
                              {0, 0},
                              line.text(),
                              {0, 0}};
  tarn_on_fault(&found);
}

void report_bad_alignment(std::size_t align) noexcept {
  report(Fault::bad_alignment, Sentence::alignment, nullptr, nullptr, align);
}

}  // namespace tarn::port
