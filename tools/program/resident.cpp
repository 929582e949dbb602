// resident.cpp - walks the children that /proc names for each thread.
//
// SPDX-License-Identifier: MIT
#include "program/resident.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <unistd.h>

namespace tarn::program {
namespace {

// Often enough to see a burst, seldom enough not to be one.
constexpr auto between_samples = std::chrono::milliseconds(100);
constexpr auto between_families = std::chrono::seconds(1);

struct Pages {
  long resident = 0;
  long shared = 0;  // of resident: backed by files, or shared memory
};

Pages pages_of(pid_t process) {
  Pages pages;
  const std::string path = "/proc/" + std::to_string(process) + "/statm";
  std::FILE* const file = std::fopen(path.c_str(), "re");
  if (file == nullptr)
    return pages;
  if (std::fscanf(file, "%*d %ld %ld", &pages.resident, &pages.shared) != 2)
    pages = {};
  std::fclose(file);
  return pages;
}

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> children;
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (auto task = std::filesystem::directory_iterator(tasks, error);
       !error && task != std::filesystem::directory_iterator();
       task.increment(error)) {
    std::ifstream list(task->path() / "children");
    for (pid_t child = 0; list >> child;)
      children.push_back(child);
  }
  return children;
}

}  // namespace

Resident::Resident(pid_t program)
    : family_{program},
      began_(Clock::now()),
      family_due_(began_),
      sample_due_(began_) {}

void Resident::look() {
  const Clock::time_point now = Clock::now();
  if (now < sample_due_)
    return;
  sample_due_ = now + between_samples;
  if (now >= family_due_) {
    find_family();
    family_due_ = now + between_families;
  }
  if (const double sum = bytes(); sum > 0)
    samples_.push_back(
        {std::chrono::duration<double>(now - began_).count(), sum});
}

double Resident::mean() const {
  if (samples_.empty())
    return 0;
  return std::accumulate(
             samples_.begin(), samples_.end(), 0.0,
             [](double sum, const Sample& one) { return sum + one.bytes; }) /
         static_cast<double>(samples_.size());
}

double Resident::most() const {
  double most = 0;
  for (const Sample& one : samples_)
    most = std::max(most, one.bytes);
  return most;
}

void Resident::find_family() {
  family_.resize(1);
  // Grows while it is walked.
  for (std::size_t i = 0; i < family_.size(); ++i)
    for (const pid_t child : children_of(family_[i]))
      family_.push_back(child);
}

double Resident::bytes() const {
  static const long page = sysconf(_SC_PAGESIZE);
  long own = 0;
  long shared = 0;
  for (const pid_t process : family_) {
    const Pages pages = pages_of(process);
    own += pages.resident - pages.shared;
    shared = std::max(shared, pages.shared);
  }
  return static_cast<double>((own + shared) * page);
}

}  // namespace tarn::program
