// One object. Sizes are bytes, counts are numbers; nothing is left out but
// classes that were never used.
#include "observe/out.hpp"
#include "observe/sampling.hpp"
#include "port/pool_kind.hpp"

namespace tarn::observe {
namespace {

class Object {
 public:
  explicit Object(Out& out) noexcept : out_(out) { out_ << '{'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { out_ << '}'; }

  /// Begins a member, whose value the caller writes.
  Out& operator[](const char* key) noexcept {
    if (!is_first_)
      out_ << ',';
    is_first_ = false;
    return out_ << '"' << key << "\":";
  }
  void add(const char* key, std::uint64_t number) noexcept {
    (*this)[key] << number;
  }

 private:
  Out& out_;
  bool is_first_ = true;
};

void write_space(const SpaceStats& space, Out& out) noexcept {
  Object object{out};
  object.add("reserved", space.reserved);
  object.add("committed", space.committed);
  object.add("held", space.held);
  object.add("dirty", space.dirty);
  object.add("purged", space.purged);
  object.add("cached", space.cached);
  object.add("stored", space.stored);
  object.add("metadata", space.metadata);
  object.add("threads", space.threads);
  object.add("soft", space.soft);
  object.add("hard", space.hard);
  object.add("refusals", space.refusals);
}

void write_pool(const PoolStats& pool, Out& out) noexcept {
  Object object{out};
  object["kind"] << Quoted{port::noun_of(pool.kind)};
  object["name"] << Quoted{pool.name};
  object.add("held", pool.held);
  object.add("pieces", pool.pieces);
}

void write_pools(const Snapshot& now, Out& out) noexcept {
  out << '[';
  for (unsigned i = 0; i < now.pool_count; ++i) {
    if (i != 0)
      out << ',';
    write_pool(now.pools[i], out);
  }
  out << ']';
}

void write_suspect(const SuspectStats& suspect, Out& out) noexcept {
  Object object{out};
  object["kind"] << Quoted{port::noun_of(suspect.kind)};
  object["name"] << Quoted{suspect.name};
  object["only_grows"] << (suspect.only_grows ? "true" : "false");
  object.add("site", suspect.site);
  object.add("pools", suspect.pools);
  object.add("blocks", suspect.blocks);
  object["drawn"] << (suspect.are_drawn ? "true" : "false");
  object.add("held", suspect.bytes);
  object.add("completed", suspect.completed);
  object.add("longest_ms", suspect.longest);
  object.add("oldest_ms", suspect.oldest);
}

void write_suspects(const Snapshot& now, Out& out) noexcept {
  out << '[';
  for (unsigned i = 0; i < now.suspect_count; ++i) {
    if (i != 0)
      out << ',';
    write_suspect(now.suspects[i], out);
  }
  out << ']';
}

void write_draws(const DrawStats& kind, Out& out) noexcept {
  Object object{out};
  object.add("samples", kind.samples);
  object.add("came", kind.came);
  object["odds"] << '[';
  const char* between = "";
  for (const std::uint64_t hits : told_hits) {
    out << between;
    between = ",";
    Object odds{out};
    odds.add("hits", hits);
    odds.add("millionths", kind.odds(hits));
  }
  out << ']';
}

void write_sampling(const SamplingStats& sampling, Out& out) noexcept {
  Object object{out};
  object.add("samples", sampling.samples);
  object.add("declined", sampling.declined);
  object.add("came", sampling.came);
  object.add("spent_ns", sampling.spent);
  object.add("elapsed_ns", sampling.elapsed);
  object.add("budget_millionths", sampling.budget);
  object.add("guarded", sampling.guarded);
  object.add("objects", sampling.objects);
  for (const auto& [draws, name, words] : told_kinds)
    write_draws(sampling.*draws, object[name]);
}

void write_class(const ClassStats& one, Out& out) noexcept {
  Object object{out};
  object.add("block", one.block);
  object.add("slabs", one.slabs);
  object.add("strips", one.strips);
  object.add("held", one.held);
  object.add("live", one.live);
  object.add("in_slabs", one.in_slabs);
  object.add("in_bins", one.in_bins);
  object.add("in_bins_most", one.in_bins_most);
  object.add("parked", one.parked);
  object.add("fresh", one.fresh);
  object.add("dirty", one.dirty());
  object.add("pinned", one.pinned);
  object.add("pins", one.pins);
  object["pinned_by_age"] << '[';
  for (unsigned i = 0; i < slab_ages; ++i)
    out << (i == 0 ? "" : ",") << std::uint64_t{one.pinned_by_age[i]};
  out << ']';
  object.add("oldest", one.oldest);
  object.add("refills", one.refills);
  object.add("rounding_most", one.rounding_most);
}

void write_classes(const HeapStats& heap, Out& out) noexcept {
  const char* between = "";
  out << '[';
  for (const ClassStats& one : heap.of) {
    if (one.held == 0 && one.refills == 0)
      continue;
    out << between;
    between = ",";
    write_class(one, out);
  }
  out << ']';
}

void write_heap(const HeapStats& heap, Out& out) noexcept {
  Object object{out};
  object.add("held", heap.held());
  object.add("live", heap.live());
  object.add("dirty", heap.dirty());
  object.add("rounding_most", heap.rounding_most());
  object.add("large_blocks", heap.large_blocks);
  object.add("large_held", heap.large_held);
  object.add("mixed_free", heap.mixed_free);
  object.add("thread_heaps", heap.thread_heaps);
  object.add("slabs", heap.slabs());
  object.add("slabs_made", heap.slabs_made);
  object.add("refills", heap.refills());
  object["classes"];
  write_classes(heap, out);
}

const char* word_for(Trend trend) noexcept {
  switch (trend) {
    case Trend::leak:
      return "leak";
    case Trend::fragmentation:
      return "fragmentation";
    case Trend::steady:
      break;
  }
  return "steady";
}

void write_change(const Snapshot& before, const Snapshot& now,
                  Out& out) noexcept {
  const Judgement found = judge(before, now);
  Object object{out};
  object.add("taken_ns", before.taken);
  object["trend"] << Quoted{word_for(found.trend)};
  object["live"] << found.live;
  object["free"] << found.free;
  // Names in it are cut and may hold anything, so it is quoted as a whole.
  char sentence[512];
  write_judgement(before, now, sentence, sizeof sentence);
  object["sentence"] << Quoted{sentence};
}

}  // namespace

void write_json(const Snapshot& now, const Snapshot* before,
                Out& out) noexcept {
  {
    Object object{out};
    object["schema"] << Quoted{"tarn.stats/1"};
    object.add("taken_ns", now.taken);
    object["space"];
    write_space(now.space, out);
    object.add("bookkeeping", now.bookkeeping);
    object["pools"];
    write_pools(now, out);
    object["other_pools"];
    write_pool(now.other_pools, out);
    object["suspects"];
    write_suspects(now, out);
    object["sampling"];
    write_sampling(now.sampling, out);
    object["heap"];
    write_heap(now.heap, out);
    if (before != nullptr) {
      object["since"];
      write_change(*before, now, out);
    }
  }
  out << '\n';
}

}  // namespace tarn::observe
