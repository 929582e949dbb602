#include "stats/target.hpp"

#include "common/refusal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <sstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tarn::stats {
namespace {

using compare::exit_nothing;
using compare::exit_usage;
using compare::Refusal;
namespace fs = std::filesystem;

bool is_library_of_ours(const std::string& path) {
  return fs::path(path).filename().string().starts_with("libtarn.so");
}

// Whether two paths lead to the same bytes.
bool are_same(const std::string& one, const std::string& other) {
  std::error_code error;
  if (fs::equivalent(one, other, error))
    return true;
  std::ifstream first(one, std::ios::binary);
  std::ifstream second(other, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return first && second &&
         std::equal(Bytes(first), Bytes(), Bytes(second), Bytes());
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::vector<Mapping> mappings_of(const std::string& process) {
  std::vector<Mapping> found;
  std::ifstream file("/proc/" + process + "/maps");
  std::string line;
  while (std::getline(file, line)) {
    unsigned long begin = 0;
    unsigned long end = 0;
    unsigned long offset = 0;
    char access[5] = {};
    int read = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %lx %*s %*s %n", &begin, &end,
                    access, &offset, &read) < 4 ||
        access[0] != 'r')
      continue;
    found.push_back({begin, end, offset, access[1] == 'w',
                     line.substr(static_cast<std::size_t>(read))});
  }
  return found;
}

Target::Target(int number) : folder_("/proc/" + std::to_string(number)) {
  name_ = "process " + std::to_string(number);
  std::error_code error;
  if (!fs::exists("/proc/self", error))
    throw Refusal(exit_nothing, "/proc is not mounted here, through which " +
                                    name_ + " would be looked at");
  if (!fs::exists(folder_, error))
    throw Refusal(exit_usage, "there is no " + name_);
  name_ += " (" + first_line(folder_ + "/comm") + ")";
  memory_ = open((folder_ + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  const int why = errno;
  mappings_ = mappings_of(std::to_string(number));
  if (memory_ < 0)
    throw Refusal(
        exit_nothing,
        why == EACCES || why == EPERM
            ? "looking into " + name_ +
                  " is not permitted: be its user or root; where "
                  "kernel.yama.ptrace_scope is not 0, only root may"
            : "cannot look into " + name_ + ": " + std::strerror(why));
  if (mappings_.empty())
    throw Refusal(exit_nothing, name_ +
                                    " has no memory: it has ended, or is "
                                    "the kernel's own");
}

Target::~Target() {
  close(memory_);
}

// The file itself, which who may is led to; else its path as the process sees
// it, which may be in a container, or as we do.
bool Target::is_from(const Mapping& mapping, const std::string& ours) const {
  char range[64];
  std::snprintf(range, sizeof range, "/map_files/%lx-%lx",
                static_cast<unsigned long>(mapping.begin),
                static_cast<unsigned long>(mapping.end));
  return are_same(folder_ + range, ours) ||
         are_same(folder_ + "/root" + mapping.path, ours) ||
         are_same(mapping.path, ours);
}

std::uintptr_t Target::find_library(const std::string& ours) const {
  const auto library =
      std::find_if(mappings_.begin(), mappings_.end(), [](const Mapping& one) {
        return one.offset == 0 && is_library_of_ours(one.path);
      });
  if (library == mappings_.end())
    throw Refusal(exit_nothing,
                  name_ +
                      " does not have libtarn.so: its memory is not "
                      "tarn's, or tarn is linked into it statically");
  if (!is_from(*library, ours))
    throw Refusal(exit_nothing,
                  library->path.ends_with(" (deleted)")
                      ? "the libtarn.so of " + name_ +
                            " has been replaced since it started; restart it "
                            "to look into it"
                      : name_ + " has another build of tarn, " + library->path +
                            ": only the tarn command that came with it can "
                            "look into it");
  give_rights_up();
  return library->begin;
}

// What follows walks structures that the target wrote. If they lie they shall
// gain nothing but what they have.
void Target::give_rights_up() const {
  struct stat owner {};
  if (geteuid() != 0 || stat(folder_.c_str(), &owner) != 0 || owner.st_uid == 0)
    return;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (setgroups(0, nullptr) != 0 ||
      setresgid(owner.st_gid, owner.st_gid, owner.st_gid) != 0 ||
      setresuid(owner.st_uid, owner.st_uid, owner.st_uid) != 0)
    throw Refusal(exit_nothing,
                  "cannot take the rights of " + name_ + " to look into it");
}

bool Target::read(std::uintptr_t from, void* to,
                  std::size_t size) const noexcept {
  return pread(memory_, to, size, static_cast<off_t>(from)) ==
         static_cast<ssize_t>(size);
}

bool Target::has(std::uintptr_t address) const noexcept {
  for (const Mapping& one : mappings_)
    if (address >= one.begin && address < one.end)
      return true;
  return false;
}

bool Target::collides() const {
  for (const Mapping& own : mappings_of("self"))
    for (const Mapping& one : mappings_)
      if (one.is_writable && one.begin < own.end && own.begin < one.end)
        return true;
  return false;
}

}  // namespace tarn::stats
