// run_under_load.cpp - start, wait for the port, load, end.
//
// SPDX-License-Identifier: MIT
#include "common/child.hpp"
#include "common/refusal.hpp"
#include "common/samples.hpp"
#include "program/port.hpp"
#include "program/way.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>
#include <utility>

namespace tarn::program {
namespace {

using Clock = std::chrono::steady_clock;

// A server that needs longer to listen has another port, or hangs.
constexpr auto patience_to_open = std::chrono::seconds(30);
// Somebody who leaves a port may need a moment.
constexpr auto patience_to_leave = std::chrono::seconds(2);
// What servers need to finish what they are at.
constexpr int end_milliseconds = 10'000;
// A load command that is interrupted prints what it has.
constexpr int interrupted_milliseconds = 3'000;
constexpr int open_look_milliseconds = 5;
// The server is read all the time; the load command as often as this.
constexpr int load_look_milliseconds = 50;
// All that any load command says.
constexpr std::size_t kept_load = 1 << 20;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void stop_if_asked() {
  if (compare::interrupted())
    throw compare::Interrupted();
}

class RunUnderLoad final : public Way {
 public:
  explicit RunUnderLoad(Load load) : load_(std::move(load)) {}

  Outcome run(const Start& start) override {
    wait_for_free_port();
    Outcome outcome;
    Process server(start);
    if (!wait_for_open_port(server, outcome))
      return outcome;
    Resident resident(server.pid());
    const Clock::time_point began = Clock::now();
    keep_under_load(server, resident, outcome);
    outcome.figures[names::wall] = seconds_since(began);
    outcome.figures[names::mean_rss] = resident.mean();
    outcome.figures[names::most_rss] = resident.most();
    outcome.resident = resident.samples();
    if (outcome.failure.empty())
      end(server, outcome);
    return outcome;
  }

 private:
  [[nodiscard]] std::string port() const {
    return "port " + std::to_string(load_.port);
  }

  void wait_for_free_port() const {
    const Clock::time_point began = Clock::now();
    while (is_open(load_.port)) {
      stop_if_asked();
      if (Clock::now() - began > patience_to_leave)
        throw compare::Refusal(
            compare::exit_usage,
            port() +
                " is taken already: end who listens there, or let "
                "the server listen elsewhere and name that port "
                "after --ready");
      poll(nullptr, 0, load_look_milliseconds);
    }
  }

  // False: it is not ready, and the outcome says why.
  bool wait_for_open_port(Process& server, Outcome& outcome) const {
    const Clock::time_point began = Clock::now();
    // One that is quick listens before it is known which process it is.
    while (server.pid() == 0 || !is_open(load_.port)) {
      stop_if_asked();
      const bool ended = server.wait(open_look_milliseconds);
      if (!ended && Clock::now() - began < patience_to_open)
        continue;
      outcome.last_words = server.errors().text() + server.output().text();
      outcome.failure = ended ? why_ended(server.ending())
                              : "did not open " + port() + " within " +
                                    std::to_string(patience_to_open.count()) +
                                    " s: name the one it listens on after "
                                    "--ready";
      return false;
    }
    return true;
  }

  // One that goes into the background has ended for whoever started it, though
  // its port may be open for a moment more.
  [[nodiscard]] static std::string why_ended(const Ending& ending) {
    return ending.sentence() +
           (ending.is_exit(0)
                ? " without being told to: it must stay in the foreground "
                  "(nginx -g 'daemon off;', redis-server --daemonize no)"
                : ", though a server runs until it is told to end");
  }

  // The command again and again while there is time for one more.
  void keep_under_load(Process& server, Resident& resident,
                       Outcome& outcome) const {
    const Clock::time_point began = Clock::now();
    std::vector<LoadReading> readings;
    double longest = 0;
    do {
      const Clock::time_point here = Clock::now();
      readings.push_back(load_once(server, resident, began, outcome));
      if (!outcome.failure.empty())
        return;
      longest = std::max(longest, seconds_since(here));
    } while (seconds_since(began) + longest <= load_.seconds);
    take_medians(readings, outcome);
  }

  LoadReading load_once(Process& server, Resident& resident,
                        Clock::time_point began, Outcome& outcome) const {
    Start start;
    start.launcher = load_.launcher;
    start.path = "/bin/sh";
    start.words = {"sh", "-c", load_.command};
    start.kept_output = kept_load;
    Process command(start);
    bool interrupted = false;
    while (!command.wait(0)) {
      stop_if_asked();
      resident.look();
      if (server.wait(load_look_milliseconds)) {
        outcome.failure = why_ended(server.ending());
        outcome.last_words = server.errors().text() + server.output().text();
        return {};
      }
      if (!interrupted && load_.seconds > 0 &&
          seconds_since(began) > load_.seconds) {
        interrupted = true;
        command.signal_all(SIGINT);
        if (!command.wait(interrupted_milliseconds))
          command.end();
      }
    }
    stop_if_asked();
    return read(command, interrupted, outcome);
  }

  LoadReading read(const Process& command, bool interrupted,
                   Outcome& outcome) const {
    const std::string text = command.output().text() + command.errors().text();
    if (!interrupted && !command.ending().is_exit(0)) {
      outcome.failure =
          "was not loaded: the load command " + command.ending().sentence();
      outcome.last_words = text;
      return {};
    }
    LoadReading reading = read_load(text, load_.patterns);
    if (reading.figures.empty())
      outcome.notes.push_back(unread(text));
    return reading;
  }

  [[nodiscard]] static std::string unread(const std::string& text) {
    return text.empty()
               ? "the load command says nothing"
               : "tarn knows no figure in what the load command says: name "
                 "one with --figure 'REGEX', which has a group around the "
                 "number";
  }

  static void take_medians(const std::vector<LoadReading>& readings,
                           Outcome& outcome) {
    for (const LoadFigure& figure : readings.front().figures) {
      compare::Samples samples;
      for (const LoadReading& reading : readings)
        for (const LoadFigure& other : reading.figures)
          if (other.name == figure.name)
            samples.add(other.value);
      outcome.load.push_back({figure.name, figure.better, samples.median()});
    }
    for (const LoadReading& reading : readings)
      for (const std::string& complaint : reading.complaints)
        outcome.notes.push_back("the load command says: " + complaint);
  }

  static void end(Process& server, Outcome& outcome) {
    server.signal(SIGTERM);
    const Clock::time_point began = Clock::now();
    while (!server.has_ended() &&
           seconds_since(began) * 1000 < end_milliseconds) {
      stop_if_asked();
      server.wait(load_look_milliseconds);
    }
    if (!server.has_ended()) {
      outcome.notes.push_back(
          "it did not end within " + std::to_string(end_milliseconds / 1000) +
          " s of SIGTERM and was killed, so that its processes' times are "
          "not all counted");
      server.signal(SIGKILL);
      server.wait(end_milliseconds);
    }
    const double loaded = outcome.figures[names::wall];
    take_usage(server.ending().usage, outcome.figures);
    outcome.figures[names::wall] = loaded;
    const int status = server.ending().status;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM &&
        WTERMSIG(status) != SIGKILL)
      outcome.notes.push_back("it " + server.ending().sentence() +
                              " when it was asked to end");
  }

  Load load_;
};

}  // namespace

std::unique_ptr<Way> run_under_load(Load load) {
  return std::make_unique<RunUnderLoad>(std::move(load));
}

}  // namespace tarn::program
