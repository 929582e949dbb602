#include "check/report.hpp"

#include "check/modes.hpp"
#include "port/fault.hpp"
#include "port/last_words.hpp"

namespace tarn::check {

void report(const Finding& finding) noexcept {
  port::report(finding.fault, finding.line);
}

}  // namespace tarn::check
