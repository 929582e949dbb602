// What os/cgroup.hpp promises, over folders made by hand.
// ONLY linux
#include "os/cgroup.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using tarn::os::group_limits;
using tarn::os::GroupLimits;

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/tarn-cgroup-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& file, const std::string& text) const {
    const std::filesystem::path path = path_ + "/" + file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }

  [[nodiscard]] GroupLimits limits(const std::string& membership) const {
    write("membership", membership);
    return group_limits((path_ + "/membership").c_str(), path_.c_str());
  }

 private:
  std::string path_;
};

TEST_CASE("of version 2 the least limit of the groups up to the root holds") {
  const Folder root;
  root.write("a.slice/memory.max", "900\n");
  root.write("a.slice/memory.high", "max\n");
  root.write("a.slice/b.service/memory.max", "max\n");
  root.write("a.slice/b.service/memory.high", "700\n");
  const GroupLimits found = root.limits("0::/a.slice/b.service\n");
  CHECK(found.max == 900);
  CHECK(found.high == 700);
}

TEST_CASE("a group that is not mounted here ends at the root, which is ours") {
  const Folder root;
  root.write("memory.max", "800\n");
  CHECK(root.limits("0::/../../other\n").max == 800);
  CHECK(root.limits("0::/\n").max == 800);
}

TEST_CASE("of version 1 the controller `memory` is read") {
  const Folder root;
  root.write("memory/box/memory.limit_in_bytes", "500\n");
  root.write("memory/box/memory.soft_limit_in_bytes", "9223372036854771712\n");
  const GroupLimits found =
      root.limits("3:cpu,cpuacct:/cpu\n2:hugetlb,memory:/box\n0::/\n");
  CHECK(found.max == 500);
  CHECK(found.high == GroupLimits::none);
}

TEST_CASE("no file, no group and no number are no limit") {
  const Folder root;
  CHECK(group_limits("/nowhere/cgroup", "/nowhere").max == GroupLimits::none);
  CHECK(root.limits("").max == GroupLimits::none);
  CHECK(root.limits("nonsense\n2:memory").max == GroupLimits::none);
  root.write("memory.max", "max\n");
  CHECK(root.limits("0::/\n").max == GroupLimits::none);
}

}  // namespace
