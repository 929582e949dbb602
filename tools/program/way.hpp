// way.hpp - how one run goes: to the program's own end, or as a server.
//
// Cost     what the program takes.
// Threads  confined.
// Failure  the Outcome says why the run does not count; a Refusal when no run
//          will; Interrupted.
// SPDX-License-Identifier: MIT
#pragma once

#include "common/progress.hpp"
#include "program/load_figures.hpp"
#include "program/process.hpp"
#include "program/resident.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tarn::program {

/// What a run is known by, in the tables, the JSON and the CSV.
namespace names {
constexpr char wall[] = "wall_seconds";
constexpr char processor[] = "processor_seconds";  // the next two
constexpr char user[] = "user_seconds";
constexpr char system[] = "system_seconds";
constexpr char peak[] = "peak_rss";
constexpr char minor_faults[] = "minor_faults";
constexpr char major_faults[] = "major_faults";
constexpr char waits[] = "voluntary_switches";
constexpr char forced[] = "involuntary_switches";
constexpr char mean_rss[] = "rss_mean";
constexpr char most_rss[] = "rss_peak";
}  // namespace names

struct Outcome {
  std::map<std::string, double> figures;
  std::vector<LoadFigure> load;  ///< the load command's, in its order
  std::vector<Resident::Sample> resident;
  std::uint64_t output = 0;        ///< checksum
  std::string failure;             ///< why it does not count, or ""
  std::string last_words;          ///< of whoever failed
  std::vector<std::string> notes;  ///< to know, though it counts
};

class Way {
 public:
  virtual ~Way() = default;
  [[nodiscard]] virtual Outcome run(const Start& start) = 0;
};

/// To its own end, which is good with this exit code. After so many seconds it
/// is said, once, how a server is compared.
[[nodiscard]] std::unique_ptr<Way> run_to_end(int good_exit_code,
                                              int patience_seconds,
                                              compare::Progress& progress);

struct Load {
  std::string command;  ///< for sh -c
  int port = 0;         ///< open when the server is ready
  double seconds = 0;   ///< the load is kept up so long; 0: until its end
  std::vector<FigurePattern> patterns;
  std::string launcher;  ///< path of tarn-launch
};

/// As a server under load, ended by SIGTERM.
[[nodiscard]] std::unique_ptr<Way> run_under_load(Load load);

/// Fills in what the kernel counted.
void take_usage(const Usage& usage, std::map<std::string, double>& figures);

}  // namespace tarn::program
