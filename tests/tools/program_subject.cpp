// program_subject.cpp - a program for tests of tarn compare: it does what its
// first argument says.
//
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

// Allocates so many strings, of which some hundred live at a time.
int work(long count) {
  std::vector<std::string> kept(300);
  unsigned random = 1;
  for (long i = 0; i < count; ++i) {
    random = random * 1664525 + 1013904223;
    kept[random % kept.size()] = std::string(random >> 24, 'x');
  }
  return 0;
}

// As work(), then ends badly where LD_PRELOAD names `library`.
int crash_with(const char* library) {
  const char* const preload = std::getenv("LD_PRELOAD");
  if (preload != nullptr && std::strstr(preload, library) != nullptr) {
    std::fputs("first words\n\033[31mthe heap is upset\n", stderr);
    std::raise(SIGSEGV);
  }
  return work(1000);
}

int print_preload() {
  const char* const preload = std::getenv("LD_PRELOAD");
  std::puts(preload == nullptr ? "nothing" : preload);
  return 0;
}

// A child that would outlive its parent, in a session of its own.
int leave_behind() {
  if (fork() == 0) {
    setsid();
    sleep(600);
  }
  return 0;
}

sockaddr_in address_of(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Listens, and answers whoever connects with one byte. `stubborn`: does not end
// when it is asked to.
int serve(int port, bool stubborn) {
  if (stubborn)
    std::signal(SIGTERM, SIG_IGN);
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = address_of(port);
  if (bind(server, reinterpret_cast<const sockaddr*>(&address),
           sizeof address) != 0 ||
      listen(server, 64) != 0) {
    std::perror("cannot listen");
    return 1;
  }
  for (;;) {
    const int end = accept(server, nullptr, nullptr);
    if (end < 0)
      continue;
    work(100);
    [[maybe_unused]] const ssize_t size = send(end, "!", 1, MSG_NOSIGNAL);
    close(end);
  }
}

// Connects so many times and says how many answers it got.
int load(int port, int count) {
  int answers = 0;
  for (int i = 0; i < count; ++i) {
    const int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = address_of(port);
    char byte = 0;
    if (connect(end, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == 0 &&
        read(end, &byte, 1) == 1)
      ++answers;
    close(end);
  }
  std::printf("answers = %d of %d\n", answers, count);
  return answers == count ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count > 1 ? words[1] : "";
  const char* const argument = count > 2 ? words[2] : "";
  if (verb == "work")
    return work(std::atol(argument));
  if (verb == "exit") {
    std::fputs("no more ideas\n", stderr);
    return std::atoi(argument);
  }
  if (verb == "crash-with")
    return crash_with(argument);
  if (verb == "print-preload")
    return print_preload();
  if (verb == "leave-behind")
    return leave_behind();
  if (verb == "sleep")
    return static_cast<int>(sleep(static_cast<unsigned>(std::atoi(argument))));
  if (verb == "serve" || verb == "serve-on")
    return serve(std::atoi(argument), verb == "serve-on");
  if (verb == "load" && count > 3)
    return load(std::atoi(argument), std::atoi(words[3]));
  std::fputs("program_subject: no such verb\n", stderr);
  return 2;
}
