// EXPECT tarn: fault: overflow: 1 bytes changed
// EXPECT the program heard of fault 11: overflow: 1 bytes changed
// ONLY linux
#include "tarn/fault.h"

#include "check/report.hpp"

#include <cstdio>
#include <cstdlib>

extern "C" void tarn_on_fault(const tarn_finding* found) {
  std::fprintf(stderr, "the program heard of fault %u: %s\n",
               unsigned{found->fault}, found->text);
  std::abort();
}

int main() {
  tarn::check::Finding finding{};
  finding.fault = tarn::Fault::overflow;
  finding.line << "overflow: 1 bytes changed";
  tarn::check::report(finding);
}
