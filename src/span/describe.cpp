// Everything here is read without a lock: the map is atomic words, chunks are
// readable as long as their granules are in use, and a granule that is given
// back meanwhile stays readable.
#include "tarn/describe.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "base/text.hpp"
#include "object/slab.hpp"
#include "os/error.hpp"
#include "os/memory.hpp"
#include "port/heap_hooks.hpp"
#include "port/object_hooks.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"
#include "slab/mixed_slab.hpp"
#include "slab/slab.hpp"
#include "span/cache.hpp"
#include "span/names.hpp"
#include "span/teller.hpp"

#include <atomic>

namespace tarn::span {
namespace {

// Set once, before there is a slab; who finds none tells less.
constinit std::atomic<BlockTeller> teller{nullptr};

}  // namespace

void set_block_teller(BlockTeller wanted) noexcept {
  teller.store(wanted, std::memory_order_relaxed);
}

}  // namespace tarn::span

namespace tarn {
inline namespace v1 {
namespace {

using span::Descriptor;
using span::Reservation;

using base::relaxed;

const Reservation* find(const void* p, bool* is_metadata) noexcept {
  for (unsigned i = 0; i < span::the_space.reservations(); ++i) {
    const Reservation& part = span::the_space.reservation(i);
    *is_metadata = part.is_metadata(p);
    if (*is_metadata || part.contains(p))
      return &part;
  }
  return nullptr;
}

// Where the run begins whose granule is given. A map that changes meanwhile
// must not lead out of it.
std::size_t start_of_run(const Reservation& part, std::size_t index) noexcept {
  for (;;) {
    const std::size_t back = part.descriptor(index).offset();
    if (back == 0 || back > index)
      return index;
    index -= back;
  }
}

void set_pool(Description& found, std::uint32_t id) noexcept {
  found.id = id;
  found.name = port::pool_name(id);
  const PoolKind kind = span::kind_of_pool(id);
  if (kind != PoolKind::none)
    found.pool = kind;
}

bool is_in_store(const Reservation& part, std::size_t index, unsigned step,
                 std::size_t offset) noexcept {
  if (step >= span::cut_steps)
    return false;
  const unsigned free = part.cut(index).free.load(relaxed);
  return (free >> (offset / span::chunk_size(step)) & 1) != 0;
}

// A pool may have guarded a chunk that it was lent.
bool is_readable(const std::byte* chunk) noexcept {
  if (!span::some_chunks_are_guarded.load(relaxed)) [[likely]]
    return true;
  const os::KeptError kept;
  return os::is_readable(chunk);
}

void describe_chunk(const Reservation& part, std::size_t index, Descriptor word,
                    Description& found) noexcept {
  const unsigned step = word.extra();
  const std::size_t size =
      span::chunk_size(base::smaller(step, span::steps - 1));
  const std::byte* const run = part.granule(start_of_run(part, index));
  const std::size_t inside = found.offset;  // in the run, for the moment
  found.start = run + inside / size * size;
  found.size = size;
  found.offset = inside % size;
  const auto* const chunk =
      reinterpret_cast<const span::FreeChunk*>(found.start);
  const bool is_free =
      is_in_store(part, index, step, inside) ||
      (is_readable(found.start) && span::is_holder(chunk->holder));
  found.kind = is_free ? AddressKind::free : AddressKind::chunk;
  if (is_free)
    return;
  found.pool = PoolKind::region;
  const std::size_t unit =
      detail::bytes_between(part.begin(), found.start) / span::id_unit;
  set_pool(found, part.ids()[unit].load(relaxed));
}

void describe_large(const Reservation& part, std::size_t index,
                    Description& found) noexcept {
  const std::size_t start = start_of_run(part, index);
  const std::atomic<std::uint32_t>* const ids =
      part.ids() + start * span::granule_ids;
  found.kind = AddressKind::large;
  found.start = part.granule(start);
  found.size = ids[1].load(relaxed) * span::granule_size;
  found.pool = static_cast<PoolKind>(part.descriptor(start).extra());
  set_pool(found, ids[0].load(relaxed));
}

// A slab whose granules are given back meanwhile is told as it was.
void describe_block(const Reservation& part, std::size_t index,
                    Description& found) noexcept {
  const std::size_t start = start_of_run(part, index);
  const auto* const slab =
      reinterpret_cast<const slab::Slab*>(&part.note(start));
  const std::size_t size =
      base::larger<std::uint32_t>(slab->slot_size, std::uint32_t{1});
  found.kind = AddressKind::block;
  found.pool = PoolKind::heap;
  found.start = part.granule(start) + found.offset / size * size;
  found.size = size;
  found.offset %= size;
  set_pool(found, part.ids()[start * span::granule_ids].load(relaxed));
}

// Slots of many sizes, and in front what says where they are.
void describe_mixed(const Reservation& part, std::size_t index,
                    Description& found) noexcept {
  const slab::MixedPlace place =
      slab::mixed_place(part.granule(index), found.offset);
  if (place.size == 0) {
    found.kind = AddressKind::metadata;
    return;
  }
  found.kind = AddressKind::block;
  found.pool = PoolKind::heap;
  found.start = part.granule(index) + place.begin;
  found.size = place.size;
  found.offset -= place.begin;
  set_pool(found, part.ids()[index * span::granule_ids].load(relaxed));
}

// The check that gave it tells of its block.
void describe_checked(const Reservation& part, std::size_t index,
                      Description& found) noexcept {
  const std::size_t start = start_of_run(part, index);
  found.kind = AddressKind::block;
  found.pool = PoolKind::heap;
  found.start = part.granule(start);
  set_pool(found, part.ids()[start * span::granule_ids].load(relaxed));
  if (const port::HeapHooks* const hooks = port::heap_hooks())
    hooks->describe(found);
}

// What a slab of an object pool holds, but for its head. Objects that wait in
// magazines are in use as far as their slab knows.
void describe_object(Description& found) noexcept {
  const port::ObjectHooks* const hooks = port::object_hooks();
  if (hooks != nullptr && hooks->describe(found))
    return;
  const auto* const slab = reinterpret_cast<const object::Slab*>(found.start);
  if (slab->self != slab || slab->stride == 0 || found.offset < slab->first)
    return;
  const std::size_t offset = found.offset - slab->first;
  const std::size_t slot = offset / slab->stride;
  if (slot >= slab->slots)
    return;
  found.kind = AddressKind::block;
  found.start += slab->first + slot * slab->stride;
  found.size = slab->stride;
  found.offset = offset % slab->stride;
  found.slot = static_cast<std::uint32_t>(slot);
  found.state =
      slab->is_free(found.slot) ? BlockState::free : BlockState::unknown;
}

void write_pool(const Description& found, base::Line& line) noexcept {
  const bool is_default = found.pool == PoolKind::heap && found.id == 0;
  const bool has_name = *found.name != '\0';
  line << (is_default ? " of the "
           : has_name ? " of "
                      : " of an unnamed ")
       << port::noun_of(found.pool);
  if (has_name)
    line << " '" << found.name << "'";
}

void write_chunk(const Description& found, base::Line& line) noexcept {
  line << std::uint64_t{found.offset} << " bytes into a "
       << (found.kind == AddressKind::free ? "free " : "")
       << (found.kind == AddressKind::large ? "large block of " : "chunk of ")
       << std::uint64_t{found.size} << " bytes";
  if (found.kind != AddressKind::free)
    write_pool(found, line);
}

const char* words_for(BlockState state) noexcept {
  switch (state) {
    case BlockState::in_use:
      return ", in use";
    case BlockState::free:
      return ", free";
    case BlockState::fresh:
      return ", never used";
    case BlockState::unknown:
      break;
  }
  return "";
}

void write_block(const Description& found, base::Line& line) noexcept {
  const bool is_object = found.pool == PoolKind::object_pool;
  line << std::uint64_t{found.offset} << " bytes into a "
       << std::uint64_t{found.size}
       << (is_object ? "-byte object" : "-byte block");
  write_pool(found, line);
  line << words_for(found.state);
  if (found.thread != no_thread)
    line << ", of thread " << std::uint64_t{found.thread};
  if (found.slot == no_slot)
    return;
  line << "; slot " << std::uint64_t{found.slot} << " of a slab";
  if (!is_object)
    line << " made " << std::uint64_t{found.age} << " s ago";
}

}  // namespace

Description describe(const void* p) noexcept {
  Description found;
  bool is_metadata = false;
  const Reservation* const part = find(p, &is_metadata);
  if (part == nullptr)
    return found;
  found.kind = is_metadata ? AddressKind::metadata : AddressKind::unused;
  if (is_metadata)
    return found;
  const std::size_t index = part->index_of(p);
  if (index / span::stretch_granules >= part->opened())
    return found;
  const Descriptor word = part->descriptor(index);
  const std::size_t start = start_of_run(*part, index);
  found.offset = detail::bytes_between(part->granule(start), p);
  if (word.is(span::Use::chunks))
    describe_chunk(*part, index, word, found);
  else if (word.is(span::Use::large))
    describe_large(*part, index, found);
  else if (word.is(span::Use::mixed))
    describe_mixed(*part, index, found);
  else if (word.is(span::Use::checked))
    describe_checked(*part, index, found);
  else if (word.size_class() != 0)
    describe_block(*part, index, found);
  else
    found.offset = 0;
  if (found.pool == PoolKind::object_pool)
    describe_object(found);
  const span::BlockTeller tell = span::teller.load(relaxed);
  if (!word.is(span::Use::checked) && found.kind == AddressKind::block &&
      found.pool == PoolKind::heap && tell != nullptr)
    tell(found);
  return found;
}

std::size_t describe(const void* p, char* buffer, std::size_t size) noexcept {
  const Description found = describe(p);
  base::Line line;
  line << base::Hex{p} << ": ";
  switch (found.kind) {
    case AddressKind::foreign:
      line << "not tarn's";
      break;
    case AddressKind::unused:
      line << "tarn's, in use by nobody";
      break;
    case AddressKind::metadata:
      line << "tarn's own bookkeeping";
      break;
    case AddressKind::free:
    case AddressKind::chunk:
    case AddressKind::large:
      write_chunk(found, line);
      break;
    case AddressKind::block:
      write_block(found, line);
      break;
  }
  if (size == 0)
    return 0;
  const std::size_t length = base::smaller(line.size(), size - 1);
  for (std::size_t i = 0; i < length; ++i)
    buffer[i] = line.text()[i];
  buffer[length] = '\0';
  return length;
}

}  // namespace v1
}  // namespace tarn
