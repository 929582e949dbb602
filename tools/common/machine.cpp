// machine.cpp - asks /proc and the scheduler.
//
// SPDX-License-Identifier: MIT
#include "common/machine.hpp"

#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <sys/utsname.h>

namespace tarn::compare {
namespace {

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line))
    if (line.starts_with("model name"))
      return line.substr(line.find(": ") + 2);
  return "";
}

}  // namespace

Machine this_machine() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const bool known = sched_getaffinity(0, sizeof cores, &cores) == 0;
  utsname system{};
  uname(&system);
  double load = 0;
  if (getloadavg(&load, 1) != 1)
    load = 0;
  return {
      processor_name(), known ? CPU_COUNT(&cores) : 0,
      std::string(system.sysname) + " " + system.release + " " + system.machine,
      load};
}

}  // namespace tarn::compare
