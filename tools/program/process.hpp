// process.hpp - one run of a program: what it says, how it ends, what it takes.
//
// The program runs under tarn-launch (launch.cpp). Its standard output and its
// standard error come to us by pipes, as a program may do less when it writes
// to a place that forgets; of both the end is kept, and of the output a
// checksum.
//
// Cost     two processes; nothing while the program runs and says nothing.
// Threads  confined.
// Failure  ending() says how; nothing of the program is left when a Process is
//          gone.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/checksum.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tarn::program {

/// What the kernel counted for the program and the children it waited for.
struct Usage {
  double wall = 0;  ///< seconds, as the next two
  double user = 0;
  double system = 0;
  double peak = 0;  ///< bytes of RSS of its largest process
  double minor_faults = 0;
  double major_faults = 0;
  double waits = 0;   ///< it gave its core away
  double forced = 0;  ///< its core was taken
};

struct Ending {
  int error = 0;   ///< why it could not be executed: an errno
  int status = 0;  ///< as waitpid() has it
  int left = 0;    ///< processes that it left behind, and that were ended
  Usage usage;

  [[nodiscard]] bool is_exit(int code) const noexcept;

  /// "crashed (Segmentation fault)", "ended with exit code 3".
  [[nodiscard]] std::string sentence() const;
};

/// The last of what was said, and of all of it a checksum.
class Saying {
 public:
  /// `kept`: bytes of the end that text() has at least, when there were so
  /// many.
  explicit Saying(std::size_t kept) : kept_(kept) {}

  void add(std::string_view bytes);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::uint64_t checksum() const noexcept {
    return checksum_.value();
  }

 private:
  std::size_t kept_;
  std::string text_;
  server::Checksum checksum_;
};

struct Start {
  std::string launcher;            ///< path of tarn-launch
  std::string path;                ///< of the program
  std::vector<std::string> words;  ///< its name and arguments
  std::string preload;             ///< for LD_PRELOAD; "" leaves it as it is
  std::string probe;               ///< for TARN_PROBE; "" for none
  std::string input;  ///< a file for its standard input; "" for none
  std::size_t kept_output = 4096;
};

class Process {
 public:
  /// Throws std::runtime_error when there can be no process at all.
  explicit Process(const Start& start);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Reads what it says, for so long or until it has ended. True: it has.
  bool wait(int milliseconds);

  void signal(int number) const noexcept;

  /// The same to it and its children.
  void signal_all(int number) const noexcept;

  /// Ends it and all its children at once.
  void end();

  /// 0 before it runs.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool has_ended() const noexcept { return ended_; }
  [[nodiscard]] const Ending& ending() const noexcept { return ending_; }
  [[nodiscard]] const Saying& output() const noexcept { return output_; }
  [[nodiscard]] const Saying& errors() const noexcept { return errors_; }

 private:
  void read_all();
  void read_report();
  void take(const std::string& line);
  void reap(int milliseconds);

  int output_from_ = -1;
  int errors_from_ = -1;
  int report_from_ = -1;
  pid_t launcher_ = -1;
  pid_t pid_ = 0;
  bool ended_ = false;
  std::string report_;
  Ending ending_;
  Saying output_;
  Saying errors_;
};

}  // namespace tarn::program
