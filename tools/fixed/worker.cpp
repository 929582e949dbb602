// worker.cpp - the program that `tarn compare --fixed` runs for each thing
// measured.
//
//     worker list
//     worker time HEAP MILLISECONDS FIT
//     worker weigh HEAP FIT
//     worker count HEAP CALLS FIT...          under callgrind
//     worker force LIVE LARGEST TRIES FIT
//     worker replay FILE FIT...
//
// Prints "key value" lines; one that begins with "error" says why there are
// none. It is for tarn's own use, and its lines may change.
//
// SPDX-License-Identifier: MIT
#include "fixed/attack.hpp"
#include "fixed/fits.hpp"
#include "worker/arguments.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace tarn::compare::fixed {
namespace {

using Words = std::vector<std::string>;

// No heap of a replay has more: 64 MiB.
constexpr std::uint32_t largest_heap = 1u << 22;

std::size_t number(const std::string& word) {
  return static_cast<std::size_t>(std::strtoul(word.c_str(), nullptr, 10));
}

std::vector<Workload> workloads(std::size_t heap) {
  return {device_workload(heap), random_workload(heap)};
}

void list() {
  for (const Fit& one : all_fits())
    std::printf("fit %s\n%s\n", one.name,
                one.subject == nullptr ? "peer"
                : one.is_bounded       ? "bounded"
                                       : "unbounded");
}

// Granules that blocks take of which so many are asked for, by the size that
// is rounded most.
std::uint32_t most_taken(Subject& subject, const Limits& limits) {
  subject.begin(limits.live * 4);
  std::uint64_t most = limits.live;
  for (std::uint32_t size = 1; size <= limits.largest; ++size)
    most = std::max<std::uint64_t>(
        most, std::uint64_t{limits.live} * subject.taken_by(size) / size);
  return static_cast<std::uint32_t>(most);
}

void print_forced(const char* prefix, const Fit& fit, Subject& subject,
                  const Limits& limits) {
  Forced forced = force(subject, limits);
  forced.sequence.fit = fit.name;
  const std::string key = prefix;
  const std::uint32_t taken =
      limits.any_size ? most_taken(subject, limits) : limits.live;
  print(key + "_forced", forced.sequence.forces);
  print(key + "_required",
        static_cast<double>(fit.required({taken, limits.largest})));
  print(key + "_expected",
        static_cast<double>(fit.expected({taken, limits.largest})));
  std::printf("%s_by %s\n%s_sequence\n%s", prefix,
              name_of(forced.program).c_str(), prefix,
              text_of(forced.sequence).c_str());
}

void force_all(const Words& words) {
  const Fit& fit = fit_named(words.at(4));
  Limits limits{static_cast<std::uint32_t>(number(words.at(1))),
                static_cast<std::uint32_t>(number(words.at(2))), false,
                static_cast<int>(number(words.at(3)))};
  const std::unique_ptr<Subject> subject =
      fit.subject(std::size_t{limits.live} * std::max(limits.largest, 24u));
  print_forced("powers", fit, *subject, limits);
  limits.any_size = true;
  print_forced("any", fit, *subject, limits);
}

void replay(const Words& words) {
  std::ifstream file(words.at(1));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::vector<Sequence> sequences = read_sequences(text);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Fit& fit = fit_named(words[i]);
    const std::unique_ptr<Subject> subject = fit.subject(largest_heap);
    for (const Sequence& one : sequences)
      print(fit.name, least_heap(*subject, one, largest_heap));
  }
}

void run(const Words& words) {
  const std::string& mode = words.at(0);
  if (mode == "list")
    return list();
  if (mode == "force")
    return force_all(words);
  if (mode == "replay")
    return replay(words);
  const std::size_t heap = number(words.at(1));
  const std::vector<Workload> all = workloads(heap);
  if (mode == "time")
    return fit_named(words.at(3))
        .time(all, heap, static_cast<int>(number(words.at(2))));
  if (mode == "weigh")
    return fit_named(words.at(2)).weigh(all, heap);
  if (mode == "count") {
    for (std::size_t i = 3; i < words.size(); ++i) {
      std::printf("count %s\n", words[i].c_str());
      fit_named(words[i]).count(all, heap, static_cast<int>(number(words[2])));
    }
    return;
  }
  throw std::runtime_error("there is no mode " + mode);
}

}  // namespace
}  // namespace tarn::compare::fixed

int main(int count, char** words) {
  try {
    tarn::compare::fixed::run({words + 1, words + count});
    return 0;
  } catch (const std::out_of_range&) {
    std::puts("error this program is run by tarn compare --fixed");
    return 2;
  } catch (const std::exception& exception) {
    std::printf("error %s\n", exception.what());
    return 1;
  }
}
