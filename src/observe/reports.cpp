// The summary compares the end with a moment in the first half of the run: at
// 1, 2, 4, 8 ... seconds a snapshot is kept, with the one before it. Of the
// last two, the older is never from the second half.
#include "observe/reports.hpp"

#include "base/memory_orders.hpp"
#include "base/number.hpp"
#include "base/order.hpp"
#include "base/text.hpp"
#include "observe/buffer.hpp"
#include "observe/out.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "port/world.hpp"

#include <atomic>
#include <new>

namespace tarn::observe {
namespace {

using base::relaxed;
constexpr std::uint64_t second = 1'000'000'000;

// A run that is shorter tells no trend.
constexpr std::uint64_t shortest_run = 4;  // seconds

// Written before the first thread of reports starts, which orders them.
constinit Reports wanted;
constinit std::uint64_t began = 0;
constinit std::atomic<bool> is_wanted{false};

// Of the thread alone, and of the end of the process.
constinit bool was_failure_told = false;

// The newest two of the snapshots at 1, 2, 4 ... seconds, and room for the
// next: how many there were is stored last, and its release pairs with the
// acquire at the end of the process.
struct Kept {
  static constexpr std::uint32_t places = 3;

  Snapshot of[places];
  std::atomic<std::uint32_t> count{0};
};
constinit Kept* kept = nullptr;

void say(base::Line& line) noexcept {
  line << "\n";
  port::write_error(line.text(), line.size());
}

// The path with the process in place of each `%p`. False: too long.
bool expand(const char* path, char* into, std::size_t room) noexcept {
  base::Line number;
  number << static_cast<std::uint64_t>(os::process_number());
  std::size_t size = 0;
  for (; *path != '\0'; ++path) {
    const bool is_process = path[0] == '%' && path[1] == 'p';
    const char* const piece = is_process ? number.text() : path;
    const std::size_t length = is_process ? number.size() : 1;
    if (size + length >= room)
      return false;
    __builtin_memcpy(into + size, piece, length);
    size += length;
    path += is_process ? 1 : 0;
  }
  into[size] = '\0';
  return true;
}

constexpr char first_words[] = "# TYPE tarn_process info\n";
constexpr char second_words[] = "tarn_process_info{pid=\"";

// Whether another process that lives writes this file: a helper that inherited
// the environment, or one of several children, leaves it alone.
bool is_anothers(const char* path) noexcept {
  char text[256];
  if (!os::read_start(path, text, sizeof text))
    return false;
  const char* at = __builtin_strstr(text, second_words);
  std::uint64_t number = 0;
  if (at == nullptr)
    return false;
  at += sizeof second_words - 1;
  return base::read_number(at, number) && number <= INT32_MAX &&
         static_cast<int>(number) != os::process_number() &&
         os::is_alive(static_cast<int>(number));
}

void put(void* context, const char* text, std::size_t size) {
  static_cast<os::NewFile*>(context)->write(text, size);
}

void write_process(os::NewFile& file) noexcept {
  Out out{put, &file};
  out << first_words << "# HELP tarn_process Whose figures these are.\n"
      << second_words << static_cast<std::uint64_t>(os::process_number())
      << "\",program=" << Quoted{os::program_name(), false} << "} 1\n";
}

void tell_failure(const char* path, const char* why) noexcept {
  if (was_failure_told)
    return;
  was_failure_told = true;
  base::Line line;
  line << "tarn: " << base::Some{path}
       << " (TARN_STATS_FILE) cannot be written: " << why
       << "; the program runs without";
  say(line);
}

void write_file() noexcept {
  char path[os::NewFile::longest_path + 1];
  if (!expand(wanted.path, path, sizeof path))
    return tell_failure(wanted.path, "its name is too long");
  if (is_anothers(path))
    return;
  const Snapshot now = snapshot();
  os::NewFile file{path};
  write_process(file);
  write_stats(now, nullptr, StatsForm::openmetrics, put, &file);
  if (!file.publish() && is_wanted.load(relaxed))
    tell_failure(path, file.why());
}

void keep_snapshot() noexcept {
  const std::uint32_t count = kept->count.load(relaxed);
  kept->of[count % Kept::places] = snapshot();
  kept->count.store(count + 1, std::memory_order_release);
}

std::uint64_t seconds_since_start() noexcept {
  return (os::exact_now() - began) / second;
}

// When the next snapshot is to be kept, in seconds.
std::uint64_t next_kept() noexcept {
  return std::uint64_t{1} << base::smaller(kept->count.load(relaxed), 40u);
}

void run() noexcept {
  std::uint64_t next_write = wanted.path != nullptr ? 0 : ~std::uint64_t{0};
  while (is_wanted.load(relaxed)) {
    const std::uint64_t now = seconds_since_start();
    if (now >= next_write) {
      write_file();
      next_write = now + wanted.interval;
    }
    if (kept != nullptr && now >= next_kept())
      keep_snapshot();
    const std::uint64_t next =
        base::smaller(next_write, kept != nullptr ? next_kept() : next_write);
    os::sleep((next > now ? next - now : 1) * second);
  }
}

// Where the thread cannot be had, nothing is reported but that.
void start() noexcept {
  if (os::start_thread(run))
    return;
  base::Line line;
  line << "tarn: no thread can be had; no statistics are written";
  say(line);
}

void write_line(const char* text) noexcept {
  base::Line line;
  line << "tarn: " << os::program_name() << "["
       << static_cast<std::uint64_t>(os::process_number()) << "]: " << text;
  say(line);
}

void tell_figures(const Snapshot& now) noexcept {
  char text[256];
  Buffer into{text, sizeof text};
  {
    Out out{Buffer::sink, &into};
    out << Bytes{now.space.held} << " held at the end, "
        << Bytes{now.heap.live()} << " in use; " << Bytes{now.space.purged}
        << " given back on the way; at most " << Bytes{os::peak_resident()}
        << " resident in all";
  }
  into.end();
  write_line(text);
}

void tell_trend(const Snapshot& now) noexcept {
  const std::uint32_t count =
      kept == nullptr ? 0 : kept->count.load(std::memory_order_acquire);
  if (count < 2 || seconds_since_start() < shortest_run)
    return write_line("it ended too soon to tell what grows");
  const Snapshot& before = kept->of[(count - 2) % Kept::places];
  char text[512];
  Buffer into{text, sizeof text};
  {
    Out out{Buffer::sink, &into};
    write_sentence(before, now, out);
  }
  into.end();
  write_line(text);
}

void tell_summary() noexcept {
  if (!wanted.summary.by(os::process_number()))
    return;
  const Snapshot now = snapshot();
  tell_figures(now);
  tell_trend(now);
}

// The thread may be writing right now, and would leave half a file.
void drop_half_a_file() noexcept {
  char path[os::NewFile::longest_path + 1];
  if (wanted.path != nullptr && expand(wanted.path, path, sizeof path))
    os::NewFile::drop_half(path);
}

// After main and what the program does at its exit.
__attribute__((destructor)) void end_reports() noexcept {
  if (!is_wanted.load(relaxed))
    return;
  tell_summary();
  is_wanted.store(false, relaxed);
  drop_half_a_file();
}

}  // namespace

void start_reports(const Reports& reports) noexcept {
  wanted = reports;
  began = os::exact_now();
  if (reports.summary.by_anybody()) {
    const Loan loan = port::system_lend_chunk(sizeof(Kept));
    if (loan)
      kept = ::new (loan.memory) Kept;
  }
  is_wanted.store(true, relaxed);
  start();
}

void revive_reports() noexcept {
  const bool is_for_us =
      wanted.path != nullptr || wanted.summary.by(os::process_number());
  if (!is_wanted.load(relaxed) || !is_for_us)
    return;
  was_failure_told = true;
  start();
}

}  // namespace tarn::observe
