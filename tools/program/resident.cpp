// resident.cpp - walks the children that /proc names for each thread.
//
// SPDX-License-Identifier: MIT
#include "program/resident.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace tarn::program {
namespace {

// A short program has its samples too; a longer one is disturbed less often.
constexpr auto least_between = std::chrono::milliseconds(10);
constexpr auto most_between = std::chrono::milliseconds(80);
constexpr std::size_t most_samples = 256;
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
      sample_due_(began_),
      between_kept_(least_between) {}

void Resident::look() {
  const Clock::time_point now = Clock::now();
  if (now < sample_due_)
    return;
  sample_due_ = now + std::min(between_kept_, most_between);
  if (now >= family_due_) {
    find_family();
    family_due_ = now + between_families;
  }
  if (const double sum = bytes(); sum > 0)
    take(std::chrono::duration<double>(now - began_).count(), sum);
}

int Resident::milliseconds_to_next() const {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(sample_due_ - Clock::now());
  return static_cast<int>(std::max<long long>(left.count(), 0));
}

double Resident::mean() const noexcept {
  const double seconds =
      samples_.empty() ? 0 : last_.seconds - samples_.front().seconds;
  return seconds > 0 ? area_ / seconds : last_.bytes;
}

void Resident::take(double seconds, double bytes) {
  if (!samples_.empty())
    area_ += (seconds - last_.seconds) * (bytes + last_.bytes) / 2;
  most_ = std::max(most_, bytes);
  last_ = {seconds, bytes};
  if (seconds < keep_from_)
    return;
  samples_.push_back(last_);
  if (samples_.size() > most_samples) {
    for (std::size_t i = 0; 2 * i < samples_.size(); ++i)
      samples_[i] = samples_[2 * i];
    samples_.resize((samples_.size() + 1) / 2);
    between_kept_ *= 2;
  }
  // Half a step early, so that what comes a little too soon is not left out.
  keep_from_ =
      samples_.back().seconds +
      std::chrono::duration<double>(between_kept_).count() -
      std::chrono::duration<double>(std::min(between_kept_, most_between))
              .count() /
          2;
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
