// process.cpp - reads /proc/self without disturbing the allocator measured.
//
// SPDX-License-Identifier: MIT
#include "worker/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace tarn::compare {
namespace {

// Holds /proc/self/statm and the part of /proc/self/status that is read.
using Page = std::array<char, 4096>;

std::string_view read_file(const char* path, Page& page) noexcept {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return {};
  const ssize_t size = read(file, page.data(), page.size());
  close(file);
  return {page.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
}

std::uint64_t number_after(std::string_view text,
                           std::string_view label) noexcept {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos)
    return 0;
  text.remove_prefix(at + label.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string malloc_file() {
  Dl_info info{};
  void* const function = dlsym(RTLD_DEFAULT, "malloc");
  if (function == nullptr || dladdr(function, &info) == 0)
    return "";
  return info.dli_fname;
}

std::uint64_t resident() noexcept {
  Page page;
  const std::string_view statm = read_file("/proc/self/statm", page);
  return number_after(statm, " ") *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t peak_resident() {
  Page page;
  return number_after(read_file("/proc/self/status", page), "VmHWM:") * 1024;
}

std::uint64_t resident_own() {
  Page page;
  return number_after(read_file("/proc/self/status", page), "RssAnon:") * 1024;
}

void reset_peak() noexcept {
  const int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (file < 0)
    return;
  // 5 resets the peak (proc(5)); where that is refused it stays as it was.
  [[maybe_unused]] const ssize_t written = write(file, "5", 1);
  close(file);
}

std::uint64_t page_faults() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_minflt);
}

double processor_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

std::size_t cores() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0
             ? static_cast<std::size_t>(CPU_COUNT(&set))
             : 1;
}

}  // namespace tarn::compare
