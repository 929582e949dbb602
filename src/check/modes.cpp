#include "check/modes.hpp"

#include "base/memory_orders.hpp"
#include "base/text.hpp"
#include "check/heap.hpp"
#include "check/object_checks.hpp"
#include "check/region.hpp"
#include "check/sampling.hpp"
#include "check/shadow.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/sanitizers.hpp"
#include "port/check_mode.hpp"
#include "port/last_words.hpp"
#include "port/world.hpp"

#include <atomic>

namespace tarn {
namespace check {
namespace {

using base::relaxed;

constinit Settings the_settings;

struct ModeWord {
  const char* text;
  bool Settings::*setting;
};
constexpr ModeWord words[] = {{"page", &Settings::page},
                              {"log", &Settings::log},
                              {"symbols", &Settings::symbols},
                              {"json", &Settings::json},
                              {"escape=all", &Settings::escape_all},
                              {"leaks", &Settings::leaks},
                              {"exit=off", &Settings::no_exit}};

bool is_word(const char* text, std::size_t size, const char* word) noexcept {
  for (std::size_t i = 0; i < size; ++i)
    if (text[i] != word[i])
      return false;
  return word[size] == '\0';
}

std::size_t word_size(const char* text) noexcept {
  std::size_t size = 0;
  while (text[size] != '\0' && text[size] != ',')
    ++size;
  return size;
}

// Of report=, with the number of the process in place of %p.
constinit char report_path[os::NewFile::longest_path] = {};

bool read_path(const char* text, std::size_t size) noexcept {
  base::Line number;
  number << static_cast<std::uint64_t>(os::process_number());
  std::size_t at = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const bool is_number = text[i] == '%' && i + 1 < size && text[i + 1] == 'p';
    const char one[] = {text[i], '\0'};
    for (const char* c = is_number ? number.text() : one; *c != '\0'; ++c) {
      if (at + 1 == sizeof report_path)
        return false;
      report_path[at++] = *c;
    }
    i += is_number ? 1 : 0;
  }
  report_path[at] = '\0';
  return at != 0;
}

void warn(const char* text) noexcept {
  base::Line line;
  line << "tarn: TARN_CHECK=" << base::Some{text}
       << " is not understood; checks are off. It is one of off, sampled, "
          "full; then, parted by commas, any of page, log, symbols, json, "
          "report=PATH, escape=all, leaks, exit=off, budget=PERCENT, every\n";
  port::write_error(line.text(), line.size());
}

bool read_mode(const char* text, std::size_t size, CheckMode& mode) noexcept {
  if (is_word(text, size, "off"))
    mode = CheckMode::off;
  else if (is_word(text, size, "sampled"))
    mode = CheckMode::sampled;
  else if (is_word(text, size, "full"))
    mode = CheckMode::full;
  else
    return false;
  return true;
}

bool read_setting(const char* text, std::size_t size,
                  Settings& settings) noexcept {
  for (const ModeWord& word : words)
    if (is_word(text, size, word.text)) {
      settings.*word.setting = true;
      return true;
    }
  if (read_sampling(text, size, settings.budget))
    return true;
  constexpr const char* report = "report=";
  constexpr std::size_t report_size = 7;
  if (size <= report_size || !is_word(text, report_size, report) ||
      !read_path(text + report_size, size - report_size))
    return false;
  settings.report_path = report_path;
  return true;
}

bool read(const char* text, CheckMode& mode, Settings& settings) noexcept {
  std::size_t size = word_size(text);
  if (!read_mode(text, size, mode))
    return false;
  while (text[size] != '\0') {
    text += size + 1;
    size = word_size(text);
    if (!read_setting(text, size, settings))
      return false;
  }
  return true;
}

}  // namespace

const Settings& settings() noexcept {
  return the_settings;
}

void begin() noexcept {
  static constinit std::atomic<bool> has_begun{false};
  if (has_begun.load(relaxed))
    return;
  install_heap();
  regions::install();
  if (!os::has_environment() || has_begun.exchange(true, relaxed))
    return;
  watch_objects();
  // In any mode memcheck is not to tell of what the library itself does.
  static_cast<void>(os::has_sanitizer());
  const char* const text = os::environment("TARN_CHECK");
  if (text == nullptr || *text == '\0')
    return follow_sanitizer();
  CheckMode mode = CheckMode::off;
  Settings wanted;
  if (!read(text, mode, wanted))
    return warn(text);
  the_settings = wanted;
  set_sampling_budget(wanted.budget);
  if (wanted.page && mode == CheckMode::full)
    mode = CheckMode::full_page;
  if (wanted.report_path != nullptr || wanted.json)
    witness_faults();
  if (wanted.log)
    set_after_fault(AfterFault::go_on);
  set_check_mode(mode);
}

namespace {

__attribute__((constructor(101))) void begin_early() noexcept {
  begin();
}

}  // namespace
}  // namespace check

namespace port {

void begin_checks() noexcept {
  check::begin();
}

}  // namespace port

}  // namespace tarn
