#include "tarn/environment.hpp"

#include "tarn/system.hpp"

#include "observe/options.hpp"
#include "observe/reports.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"
#include "span/maintenance.hpp"

#include <atomic>

namespace tarn {
namespace {

using observe::Options;
using observe::Purge;

// Written once, before what reads it is told of it.
constinit bool is_background_asked = false;

void say(const base::Line& sentence) noexcept {
  base::Line line = sentence;
  line << "\n";
  port::write_error(line.text(), line.size());
}

void start_background() noexcept {
  if (start_background_maintenance())
    return;
  base::Line line;
  line << "tarn: no thread can be had; memory goes back on requests";
  say(line);
  purge_on_requests(true);
}

// In a child after fork.
void revive() noexcept {
  if (is_background_asked)
    start_background();
  observe::revive_reports();
}

void obey(const Options& options) noexcept {
  span::make_huge_pages(options.huge_pages);
  purge_on_requests(options.purge == Purge::requests);
  is_background_asked = options.purge == Purge::background;
  if (is_background_asked)
    start_background();
}

void tell_start(const span::Limits& limits) noexcept {
  base::Line line;
  line << "tarn: " << os::program_name() << "["
       << static_cast<std::uint64_t>(os::process_number())
       << "] has its memory from tarn";
  if (limits.soft != no_limit)
    line << ", soft limit " << std::uint64_t{limits.soft / MiB} << " MiB";
  if (limits.hard != no_limit)
    line << ", hard limit " << std::uint64_t{limits.hard / MiB} << " MiB";
  say(line);
}

// A variable that is set to something, or null.
const char* variable(const char* name) noexcept {
  const char* const text = os::environment(name);
  return text == nullptr || *text == '\0' ? nullptr : text;
}

}  // namespace

inline namespace v1 {

void obey_environment() noexcept {
  static constinit std::atomic<bool> is_done{false};  // orders nothing
  if (is_done.exchange(true, std::memory_order_relaxed))
    return;
  Options options;
  if (const char* const text = variable("TARN_OPTIONS")) {
    observe::read_options(text, options, say);
    obey(options);
  }
  const int process = os::process_number();
  // Which tells what of TARN_LIMIT is nonsense, too.
  const span::Limits limits = span::limits();
  if (options.verbose.by(process))
    tell_start(limits);
  const char* const path = variable("TARN_STATS_FILE");
  const char* const interval = variable("TARN_STATS_INTERVAL");
  span::set_revival(revive);
  if (path != nullptr || options.summary.by(process))
    observe::start_reports(
        {path, observe::read_interval(interval, say), options.summary});
}

}  // namespace v1
}  // namespace tarn
