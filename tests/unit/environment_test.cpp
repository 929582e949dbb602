// What environment.hpp promises. What a process obeys it reads once, so each
// case runs in a process of its own, with what it prints read.
#include "tarn/environment.hpp"

#include "tarn/heap.hpp"
#include "tarn/stats.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"
#include "support/case_in_child.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace tarn;
using test::errors_of;
namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/tarn-reports-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string operator/(const char* file) const {
    return path_ + "/" + file;
  }
  [[nodiscard]] long files() const {
    return std::distance(fs::directory_iterator{path_}, {});
  }

 private:
  std::string path_;
};

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

// Whether it comes within ten seconds.
template <class Condition>
bool comes(Condition condition) {
  for (unsigned i = 0; i < 1000; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

bool is_of(const std::string& text, pid_t process) {
  return text.starts_with(
             "# TYPE tarn_process info\n# HELP tarn_process Whose figures "
             "these are.\ntarn_process_info{pid=\"" +
             std::to_string(process) + "\",program=\"") &&
         text.ends_with("\n# EOF\n");
}

std::string stats_file() {
  return std::getenv("TARN_STATS_FILE");
}

// Threads look at the clock every thousand calls or so.
void work_a_while() {
  Heap& heap = default_heap();
  for (unsigned i = 0; i < 5; ++i) {
    for (unsigned k = 0; k < 5000; ++k)
      heap.deallocate(heap.allocate(100));
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

TEST_CASE("statistics are written to a file again and again, each time whole") {
  const Folder folder;
  CHECK(
      errors_of("TARN_STATS_INTERVAL=1 TARN_STATS_FILE=" + (folder / "x.prom"),
                "a file comes twice") == "holds\n");
  CHECK(folder.files() == 1);
}

TEST_CASE("%p in the file's name is the process") {
  const Folder folder;
  CHECK(errors_of("TARN_STATS_FILE=" + (folder / "%p-x%p.prom"),
                  "a file of this process comes") == "holds\n");
}

TEST_CASE("a file that another living process writes is left to it") {
  const Folder folder;
  const std::string file = folder / "x.prom";
  const std::string others = "tarn_process_info{pid=\"" +
                             std::to_string(getpid()) + "\",program=\"a\"} 1\n";
  std::ofstream{file} << others;
  CHECK(errors_of("TARN_STATS_INTERVAL=1 TARN_STATS_FILE=" + file,
                  "a second passes") == "holds\n");
  CHECK(text_of(file) == others);
}

TEST_CASE("a child after fork writes the file when its parent has ended") {
  const Folder folder;
  const std::string file = folder / "x.prom";
  CHECK(errors_of("TARN_STATS_INTERVAL=1 TARN_STATS_FILE=" + file,
                  "a child goes on alone") == "holds\n");
  CHECK(comes([&] {
    std::ifstream words{folder / "child"};
    pid_t child = 0;
    return words >> child && is_of(text_of(file), child);
  }));
  CHECK(comes([&] { return fs::exists(folder / "done"); }));
}

TEST_CASE("a path that cannot be written is told once, and the program runs") {
  CHECK(errors_of("TARN_STATS_INTERVAL=1 TARN_STATS_FILE=/nowhere/x.prom",
                  "two seconds pass") ==
        "tarn: /nowhere/x.prom (TARN_STATS_FILE) cannot be written: No such "
        "file or directory; the program runs without\nholds\n");
  const Folder folder;
  CHECK(errors_of("TARN_STATS_FILE=" + (folder / ""), "a second passes")
            .ends_with("; the program runs without\nholds\n"));
  CHECK(folder.files() == 0);
  const std::string longest(1001, 'x');
  CHECK(errors_of("TARN_STATS_FILE=/tmp/" + longest, "a second passes")
            .ends_with("... (TARN_STATS_FILE) cannot be written: its name is "
                       "too long; the program runs without\nholds\n"));
}

TEST_CASE("what is not understood is told, and the program runs") {
  CHECK(errors_of("TARN_OPTIONS=purge=now,verbos=on", "a second passes") ==
        "tarn: TARN_OPTIONS: purge is requests, background or never, not "
        "\"now\"\n"
        "tarn: TARN_OPTIONS: there is no option \"verbos\", but purge, "
        "huge_pages, summary, verbose\nholds\n");
}

// Only who may give files away can make such a program, and in one the
// sanitizer of leaks cannot look.
TEST_CASE("a program with the rights of somebody else obeys nothing" *
          doctest::skip(geteuid() != 0 || os::is_shadowed())) {
  constexpr uid_t nobody = 65534;
  const Folder folder;
  const std::string program = folder / "program";
  fs::copy_file("/proc/self/exe", program);
  REQUIRE(chown(program.c_str(), nobody, nobody) == 0);
  REQUIRE(chmod(program.c_str(), 04755) == 0);
  REQUIRE(chmod((folder / "").c_str(), 0777) == 0);
  CHECK(errors_of("TARN_LIMIT=much TARN_OPTIONS=verbose=on TARN_STATS_FILE=" +
                      (folder / "x.prom"),
                  "a second passes", program) == "holds\n");
  CHECK(folder.files() == 1);
}

TEST_CASE("a verbose program says what holds for it") {
  const std::string errors = errors_of(
      "TARN_LIMIT=100M,200M TARN_OPTIONS=verbose=on", "a second passes");
  CHECK(
      errors.ends_with("] has its memory from tarn, soft limit 100 MiB, hard "
                       "limit 200 MiB\nholds\n"));
}

TEST_CASE("a summary has figures, and what grew in a run of some length") {
  CHECK(errors_of("TARN_OPTIONS=summary=on", "two seconds pass")
            .find("]: it ended too soon to tell what grows\n") !=
        std::string::npos);
  const std::string errors =
      errors_of("TARN_OPTIONS=summary=on", "memory grows for a while");
  CHECK(errors.find(" held at the end, ") != std::string::npos);
  CHECK(errors.find("what is in use grew by ") != std::string::npos);
  CHECK(errors.find("a leak") != std::string::npos);
}

TEST_CASE("the background gives memory back, in a child after fork, too") {
  CHECK(errors_of("TARN_OPTIONS=purge=background", "memory goes back") ==
        "holds\n");
}

// What the cases above run.

TEST_CASE("a file comes twice" * doctest::skip()) {
  void* const block = default_heap().allocate(1 * MiB);
  obey_environment();
  CHECK(comes([] { return is_of(text_of(stats_file()), getpid()); }));
  const fs::file_time_type first = fs::last_write_time(stats_file());
  CHECK(comes([first] { return fs::last_write_time(stats_file()) != first; }));
  CHECK(text_of(stats_file()).find("\ntarn_heap_large_held_bytes 1048576\n") !=
        std::string::npos);
  default_heap().deallocate(block);
}

TEST_CASE("a file of this process comes" * doctest::skip()) {
  obey_environment();
  const std::string number = std::to_string(getpid());
  const std::string file =
      fs::path{stats_file()}.parent_path() / (number + "-x" + number + ".prom");
  CHECK(comes([&] { return is_of(text_of(file), getpid()); }));
}

TEST_CASE("a second passes" * doctest::skip()) {
  CHECK(default_heap().allocate(100) != nullptr);
  obey_environment();
  obey_environment();
  sleep(1);
}

TEST_CASE("two seconds pass" * doctest::skip()) {
  obey_environment();
  sleep(2);
}

TEST_CASE("a child goes on alone" * doctest::skip()) {
  const fs::path folder = fs::path{stats_file()}.parent_path();
  obey_environment();
  CHECK(comes([] { return is_of(text_of(stats_file()), getpid()); }));
  const pid_t parent = getpid();
  if (fork() != 0)
    return;
  // The reader of our standard error waits for us no longer.
  close(STDERR_FILENO);
  std::ofstream{folder / "child"} << getpid() << std::endl;
  const bool is_alone = comes([parent] { return kill(parent, 0) != 0; });
  const bool is_written = is_alone && comes([] {
                            work_a_while();
                            return is_of(text_of(stats_file()), getpid());
                          });
  if (is_written)
    std::ofstream{folder / "done"} << "done";
  _exit(0);
}

TEST_CASE("memory grows for a while" * doctest::skip()) {
  obey_environment();
  std::vector<void*> blocks;
  for (unsigned i = 0; i < 50; ++i) {
    for (unsigned k = 0; k < 2000; ++k)
      blocks.push_back(default_heap().allocate(200));
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  CHECK(blocks.back() != nullptr);
}

bool goes_back() {
  Heap& heap = default_heap();
  void* const block = heap.allocate(20 * MiB);
  std::memset(block, 1, 20 * MiB);
  work_a_while();
  const std::size_t before = space_stats().purged;
  heap.deallocate(block);
  return comes([before] { return space_stats().purged >= before + 16 * MiB; });
}

TEST_CASE("memory goes back" * doctest::skip()) {
  obey_environment();
  CHECK(goes_back());
  const pid_t child = fork();
  if (child == 0)
    _exit(goes_back() ? 0 : 1);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace
