// Firmware of a Cortex-M3 that collects sensor packets, without an operating
// system, a C library or malloc. `examples/firmware/run` builds it and runs it
// under QEMU.
//
// An interrupt brings packets of at most 30 bytes, each into a slot of a pool
// that the handler shares with the main loop. The main loop adds each packet to
// the report of its sensor, a block that grows in a heap of fixed budget, sends
// what is long enough, and uses its idle time to look for bytes that somebody
// else wrote. The buffer of that heap is as large as its bound says, so no
// order of packets makes it refuse.
#include "boards/board.hpp"
#include "tarn_fixed.hpp"

namespace {

struct Packet {
  Packet* next;
  std::uint8_t sensor;
  std::uint8_t size;
  std::uint8_t bytes[30];
};

constexpr unsigned sensors = 6;
constexpr std::size_t full_report = 200;

// Of a full report and a packet more there are 230 bytes. A report grows by
// doubling its block, and is there twice while it moves. That no block is
// smaller than 64 bytes is what keeps the bound small.
constexpr std::size_t smallest_block = 64;
constexpr std::size_t largest_block = 256;
static_assert(full_report + sizeof Packet::bytes <= largest_block);
using Heap = tarn::FixedHeap<tarn::aligned_first_fit>;
constexpr std::size_t heap_bytes = Heap::required_bytes(
    (sensors + 1) * largest_block, largest_block, smallest_block);
alignas(16) std::byte heap_memory[heap_bytes];

constinit tarn::InterruptSlotPool<sizeof(Packet), 12> packets;

// What interrupts wrote: the newest first, taken as a whole by the main loop.
constinit std::atomic<Packet*> arrived{nullptr};
constinit unsigned lost = 0;  // written by the handler only

// The radio of this example: numbers that look like chance.
constinit std::uint32_t radio = 1;
std::uint32_t next_number() {
  radio = radio * 1664525 + 1013904223;
  return radio >> 8;
}

struct Report {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  std::size_t room = 0;
};

class Collector {
 public:
  explicit Collector(Heap& heap) : heap_(heap) {}

  void add(const Packet& packet) {
    Report& report = reports_[packet.sensor];
    if (report.size + packet.size > report.room && !grow(report)) {
      ++refused;
      return;
    }
    for (unsigned i = 0; i < packet.size; ++i)
      report.bytes[report.size++] = packet.bytes[i];
    if (report.size >= full_report)
      send(report);
  }

  unsigned sent = 0;
  unsigned bytes_sent = 0;
  unsigned refused = 0;

 private:
  bool grow(Report& report) {
    const std::size_t room =
        report.room == 0 ? smallest_block : 2 * report.room;
    void* const grown = heap_.reallocate(report.bytes, room);
    if (grown == nullptr)
      return false;
    report.bytes = static_cast<std::uint8_t*>(grown);
    report.room = room;
    return true;
  }
  void send(Report& report) {
    ++sent;
    bytes_sent += report.size;
    heap_.deallocate(report.bytes);
    report = {};
  }

  Heap& heap_;
  Report reports_[sensors];
};

// Has the processor take the interrupt PendSV at once.
void interrupt() {
  auto& control = *reinterpret_cast<volatile std::uint32_t*>(0xE000'ED04);
  control = std::uint32_t{1} << 28;
  asm volatile("dsb\n isb" : : : "memory");
}

unsigned take_packets(Collector& collector) {
  unsigned taken = 0;
  Packet* packet = arrived.exchange(nullptr);
  while (packet != nullptr) {
    Packet* const next = packet->next;
    collector.add(*packet);
    packets.deallocate(packet);
    packet = next;
    ++taken;
  }
  return taken;
}

}  // namespace

extern "C" void PendSV_Handler();
extern "C" void PendSV_Handler() {
  void* const slot = packets.allocate();
  if (slot == nullptr) {
    ++lost;
    return;
  }
  auto* const packet = static_cast<Packet*>(slot);
  packet->sensor = static_cast<std::uint8_t>(next_number() % sensors);
  packet->size =
      static_cast<std::uint8_t>(1 + next_number() % sizeof packet->bytes);
  for (unsigned i = 0; i < packet->size; ++i)
    packet->bytes[i] = static_cast<std::uint8_t>(next_number());
  packet->next = arrived.load();
  while (!arrived.compare_exchange_weak(packet->next, packet)) {
  }
}

// How a fault ends here: no text, no standard error. A product would keep the
// number and the address in memory that survives, and restart.
extern "C" void tarn_on_fault(const tarn_finding* found) {
  board::write("fault ", found->fault, ": kept for the next start\n");
  board::exit(0);
}

int main() {
  static Heap heap{heap_memory};
  static Collector collector{heap};
  unsigned taken = 0;
  bool is_sound = true;
  for (unsigned round = 0; round < 2000; ++round) {
    for (unsigned burst = next_number() % 14; burst != 0; --burst)
      interrupt();
    taken += take_packets(collector);
    // Idle time: eight blocks each round, and all of them in turn.
    is_sound = is_sound && heap.check_step(8);
  }
  board::write(taken, " packets taken, ", lost, " found no slot\n");
  board::write(collector.sent, " reports sent, ", collector.bytes_sent,
               " bytes; ", collector.refused, " refused\n");
  const tarn::FixedHeapStats stats = heap.stats();
  board::write("the heap has ", heap_bytes, " bytes, ", stats.peak,
               " were in use at most; its bound is ",
               stats.headroom < 0 ? "broken\n" : "kept\n");
  board::write(packets.stats().peak, " of 12 slots were in use at most\n");
  board::write(is_sound && heap.check() ? "nobody wrote elsewhere\n"
                                        : "somebody wrote elsewhere\n");

  // A mistake, to show how it ends.
  void* const slot = packets.allocate();
  packets.deallocate(slot);
  packets.deallocate(slot);
  return 1;  // not reached
}

//> 12794 packets taken, 147 found no slot
//> 944 reports sent, 197745 bytes; 0 refused
//> the heap has 7312 bytes, 1536 were in use at most; its bound is kept
//> 12 of 12 slots were in use at most
//> nobody wrote elsewhere
//> fault 6: kept for the next start
