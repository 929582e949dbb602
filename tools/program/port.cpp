// port.cpp - connects and lets go.
//
// SPDX-License-Identifier: MIT
#include "program/port.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tarn::program {
namespace {

// Nobody there is told at once, as the way is short. Who listens, but is behind
// with accepting, says nothing: that is somebody.
bool can_connect(const sockaddr* address, socklen_t size) {
  constexpr int patience_milliseconds = 200;
  const int end =
      socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (end < 0)
    return false;
  bool connected = connect(end, address, size) == 0;
  if (!connected && errno == EINPROGRESS) {
    pollfd polled{end, POLLOUT, 0};
    int error = 0;
    socklen_t error_size = sizeof error;
    poll(&polled, 1, patience_milliseconds);
    connected =
        getsockopt(end, SOL_SOCKET, SO_ERROR, &error, &error_size) == 0 &&
        error == 0;
  }
  close(end);
  return connected;
}

}  // namespace

bool is_open(int port) noexcept {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(static_cast<in_port_t>(port));
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = four.sin_port;
  six.sin6_addr = in6addr_loopback;
  return can_connect(reinterpret_cast<const sockaddr*>(&four), sizeof four) ||
         can_connect(reinterpret_cast<const sockaddr*>(&six), sizeof six);
}

}  // namespace tarn::program
