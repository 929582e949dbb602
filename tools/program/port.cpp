// port.cpp - connects and lets go.
//
// SPDX-License-Identifier: MIT
#include "program/port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tarn::program {
namespace {

bool can_connect(const sockaddr* address, socklen_t size) {
  const int end = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (end < 0)
    return false;
  const bool connected = connect(end, address, size) == 0;
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
