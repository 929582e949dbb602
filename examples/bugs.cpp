// bugs.cpp - a mail server with one bug of each kind, for docs/bugs.md.
//
// Each function below is a bug as they come: small, plausible, and quiet when
// nobody looks. `TARN_CHECK=full example_bugs overflow` tells the first one;
// docs/bugs.md works through what each report says.
// SPDX-License-Identifier: MIT
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/slot_pool.hpp"
#include "tarn/text.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>
#include <thread>
#include <vector>

namespace {

tarn::Heap mail{{.name = "mail"}};

// What came in; its length is nothing that a compiler knows.
const char* volatile subject =
    "Re: [list] minutes of Tuesday's meeting, draft 2";

// The zero lies behind what was asked for.
void overflow() {
  const char* const text = subject;
  char* const copy = static_cast<char*>(mail.allocate(std::strlen(text)));
  std::strcpy(copy, text);
  std::printf("subject: %s\n", copy);
  mail.deallocate(copy);
}

// Into the byte before the text, as its author's own strings have it.
[[gnu::noinline]] void put_length(char* text, char length) {
  text[-1] = length;
}

void underflow() {
  char* const text = static_cast<char*>(mail.allocate(48));
  std::strcpy(text, "HELO example.org");
  put_length(text, 16);
  mail.deallocate(text);
}

// One weight too many. Nothing is changed, so a guard must be there.
void read_beyond() {
  constexpr std::size_t rules = 32;
  auto* const weights =
      static_cast<std::uint64_t*>(mail.allocate(rules * sizeof(std::uint64_t)));
  for (std::size_t i = 0; i < rules; ++i)
    weights[i] = i;
  std::uint64_t score = 0;
  for (std::size_t i = 0; i <= rules; ++i)
    score += weights[i];
  std::printf("score: %lu\n", static_cast<unsigned long>(score));
  mail.deallocate(weights);
}

struct Session {
  std::uint64_t last_seen = 0;
  std::uint32_t commands = 0;
  char peer[100] = {};
};

Session* open_session() {
  void* const place = mail.allocate(sizeof(Session));
  return place != nullptr ? new (place) Session : nullptr;
}

void close_session(Session* session) {
  mail.deallocate(session);
}

// The timer was not told that the session is over.
void write_after_free() {
  Session* const session = open_session();
  Session* const in_timer = session;
  close_session(session);
  in_timer->last_seen = 1'700'000'000;
}

// The log line comes after the end.
void read_after_free() {
  Session* const session = open_session();
  session->commands = 7;
  close_session(session);
  std::printf("closed after %u commands\n", session->commands);
}

bool send_greeting(Session* session) {
  close_session(session);  // it failed, and cleans up after itself
  return false;
}

// So does its caller.
void double_free() {
  Session* const session = open_session();
  if (!send_greeting(session))
    close_session(session);
}

// The helper frees what it was given; this came from a region.
void wrong_pool() {
  tarn::Region request{{.name = "request"}};
  mail.deallocate(request.allocate(64));
}

struct Envelope {
  std::uint32_t kind = 0;
  char from[44] = {};
};
struct SignedEnvelope : Envelope {
  char signature[16] = {};
};

// Freed by the size of its base.
void mismatch() {
  Envelope* const envelope =
      new (mail.allocate(sizeof(SignedEnvelope))) SignedEnvelope;
  mail.deallocate(envelope, sizeof(Envelope));
}

// Nothing was ever put into the field that is read.
void never_written() {
  auto* const retries =
      static_cast<std::uint32_t*>(mail.allocate(sizeof(std::uint32_t)));
  std::printf("retries left: 0x%x\n", *retries);
  mail.deallocate(retries);
}

// The name of the sender is kept for the next request, its bytes are not.
void use_after_reset() {
  tarn::Region request{{.name = "request"}};
  const std::string_view sender = request.copy("alice@example.org");
  request.reset();
  std::printf("last sender begins with %c\n", sender.front());
}

// The vector lives on, its memory ended.
void outliving_container() {
  tarn::Region request{{.name = "request"}};
  std::pmr::vector<std::uint64_t> recipients{request.resource()};
  recipients.push_back(1);
  request.reset();
  recipients.push_back(2);
}

const char* volatile last_recipient = nullptr;

// A global still names what the region had.
void escape() {
  tarn::Region request{{.name = "request"}};
  last_recipient = request.copy("bob@example.org").data();
}

// The mark of the outer loop is used after the inner one went back past it.
void stale_mark() {
  tarn::Region request{{.name = "request"}};
  const tarn::Mark before_headers = request.mark();
  (void)request.allocate(100);
  const tarn::Mark before_body = request.mark();
  (void)request.allocate(100);
  request.rewind(before_headers);
  request.rewind(before_body);
}

// Two workers fill one region, without a word between them.
void confined() {
  tarn::Region batch{{.name = "batch"}};
  const auto work = [&batch] {
    for (int i = 0; i < 200'000; ++i)
      (void)batch.allocate(16);
  };
  std::thread other{work};
  work();
  other.join();
}

// The configuration is loaded and closed; a late module still adds to it.
void sealed() {
  tarn::Region configuration{{.name = "configuration"}};
  (void)configuration.copy("port=25");
  configuration.seal();
  (void)configuration.copy("port=2525");
}

struct Connection {
  int socket = -1;
  char buffer[240] = {};
};

// A handle was kept by the list of idle ones.
void ended_in_use() {
  tarn::ObjectPool<Connection> connections{{.name = "connection"}};
  Connection* const idle = connections.acquire_raw();
  idle->socket = 4;
}

// The connection was released; what still reads from its socket writes on.
void write_after_release() {
  tarn::ObjectPool<Connection> connections{{.name = "connection"}};
  Connection* const connection = connections.acquire_raw();
  char* const in_flight = connection->buffer;
  connections.release(connection);
  std::strcpy(in_flight, "250 OK");
}

// A queue of sixteen packets, one of which is given back and then filled.
void corrupted() {
  static tarn::SlotPool<32, 16> packets;
  void* const packet = packets.allocate();
  packets.deallocate(packet);
  std::memset(packet, 'B', 32);
  (void)packets.allocate();
  (void)packets.allocate();
}

// How many requests failed is nothing that a compiler knows.
volatile int failed = 5;

[[gnu::noinline]] void forget_blocks() {
  for (int left = failed; left != 0; --left)
    std::memset(tarn::default_heap().allocate(64), 0, 64);
}

// What the error path forgot; told when the program ends, with `leaks`.
void leak() {
  forget_blocks();
}

volatile int cancelled = 3;

[[gnu::noinline]] void forget_regions() {
  for (int left = cancelled; left != 0; --left) {
    void* const place = mail.allocate(sizeof(tarn::Region));
    auto* const request = new (place) tarn::Region{{.name = "request"}};
    (void)request->allocate(40'000);
  }
}

// Requests that were cancelled, and nobody has their regions any more.
void leak_of_pools() {
  forget_regions();
}

struct Bug {
  const char* name;
  void (*run)();
};

constexpr Bug bugs[] = {
    {"overflow", overflow},
    {"underflow", underflow},
    {"read_beyond", read_beyond},
    {"write_after_free", write_after_free},
    {"read_after_free", read_after_free},
    {"double_free", double_free},
    {"wrong_pool", wrong_pool},
    {"mismatch", mismatch},
    {"never_written", never_written},
    {"use_after_reset", use_after_reset},
    {"outliving_container", outliving_container},
    {"escape", escape},
    {"stale_mark", stale_mark},
    {"confined", confined},
    {"sealed", sealed},
    {"ended_in_use", ended_in_use},
    {"write_after_release", write_after_release},
    {"corrupted", corrupted},
    {"leak", leak},
    {"leak_of_pools", leak_of_pools},
};

}  // namespace

int main(int count, char** words) {
  for (const Bug& bug : bugs)
    if (count == 2 && std::strcmp(words[1], bug.name) == 0) {
      bug.run();
      return 0;
    }
  std::puts("say which bug: example_bugs NAME, with one of");
  for (const Bug& bug : bugs)
    std::printf("  %s\n", bug.name);
  return 2;
}
