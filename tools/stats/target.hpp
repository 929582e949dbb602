// target.hpp - another process, as far as its memory can be read.
//
// Cost     reads /proc/PID; a look at one page is a system call.
// Threads  confined; read() may be called in a signal handler.
// Failure  a Refusal with its sentence; read() is false.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tarn::stats {

struct Mapping {
  std::uintptr_t begin;
  std::uintptr_t end;
  std::uint64_t offset;  ///< in the file
  bool is_writable;
  std::string path;  ///< "" for memory without a file
};

/// What /proc/PID/maps says of the mappings that can be read.
[[nodiscard]] std::vector<Mapping> mappings_of(const std::string& process);

class Target {
 public:
  /// Opens its memory. Then we have no more rights than it has.
  explicit Target(int number);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  /// Where our own libtarn.so lies in it: the address of its first byte.
  [[nodiscard]] std::uintptr_t find_library(const std::string& ours) const;

  [[nodiscard]] bool read(std::uintptr_t from, void* to,
                          std::size_t size) const noexcept;

  /// Whether there is memory at an address.
  [[nodiscard]] bool has(std::uintptr_t address) const noexcept;

  /// Whether what it can write lies where we have something ourselves.
  [[nodiscard]] bool collides() const;

  [[nodiscard]] const std::vector<Mapping>& mappings() const noexcept {
    return mappings_;
  }

  /// "process 812 (redis-server)"
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[nodiscard]] bool is_from(const Mapping& mapping,
                             const std::string& ours) const;
  void give_rights_up() const;

  std::string folder_;
  std::string name_;
  int memory_ = -1;
  std::vector<Mapping> mappings_;
};

}  // namespace tarn::stats
