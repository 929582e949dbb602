// memory.hpp - the ways in which one request can get its memory.
//
// The handler is one template; what differs is the Memory it is given. Each has
// an Allocator for containers, copy() for text that lives as long as the
// request, make<T>() for objects that do, and json() for documents.
//
//     OrdinaryMemory   std::allocator, unique_ptr, std::string
//     MallocMemory     pmr code over new_delete_resource()
//     RegionMemory     pmr code over a tarn::Region
//     ResourceMemory   pmr code over a resource whose memory goes all at once
//
// Of the last two, objects made by make() hold nothing but memory of the same
// pool, so nobody runs their destructors. MallocMemory has to.
//
// Cost     that of the allocator behind it.
// Threads  confined.
// Failure  std::bad_alloc, as the containers would throw.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/pmr.hpp"
#include "tarn/region.hpp"
#include "tarn/text.hpp"

#include "server/json_resource.hpp"

#include <cstring>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace tarn::server {

class OrdinaryMemory {
 public:
  using Allocator = std::allocator<char>;
  using Text = std::string;
  template <class T>
  using Owned = std::unique_ptr<T>;

  [[nodiscard]] Allocator allocator() const noexcept { return {}; }
  [[nodiscard]] Text copy(std::string_view text) { return Text(text); }
  [[nodiscard]] boost::json::storage_ptr json() const noexcept { return {}; }

  template <class T, class... Args>
  [[nodiscard]] std::unique_ptr<T> make(Args&&... args) {
    return std::make_unique<T>(std::forward<Args>(args)...);
  }
};

/// What the pmr styles share.
class PooledMemory {
 public:
  using Allocator = std::pmr::polymorphic_allocator<char>;
  using Text = std::string_view;
  template <class T>
  using Owned = T*;

  PooledMemory(const PooledMemory&) = delete;
  PooledMemory& operator=(const PooledMemory&) = delete;

  [[nodiscard]] Allocator allocator() const noexcept { return resource_; }

 protected:
  explicit PooledMemory(std::pmr::memory_resource* resource) noexcept
      : resource_(resource) {}
  ~PooledMemory() = default;

  std::pmr::memory_resource* resource_;
};

/// Over malloc, and over a heap, every block must be freed, so this one keeps a
/// list of them.
class MallocMemory final : public PooledMemory {
 public:
  explicit MallocMemory(std::pmr::memory_resource* resource =
                            std::pmr::new_delete_resource()) noexcept
      : PooledMemory(resource) {}

  ~MallocMemory() {
    while (newest_ != nullptr) {
      Record* const record = newest_;
      newest_ = record->older;
      record->destroy(record + 1);
      resource_->deallocate(record, record->size);
    }
  }

  [[nodiscard]] boost::json::storage_ptr json() noexcept { return &json_; }

  [[nodiscard]] Text copy(std::string_view text) {
    char* const place =
        static_cast<char*>(record(text.size(), [](void*) noexcept {}));
    text.copy(place, text.size());
    return {place, text.size()};
  }

  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    static_assert(alignof(T) <= alignof(Record));
    // The handler's constructors throw only when memory is out, which ends the
    // worker; so the record may be there before the object.
    void* const place =
        record(sizeof(T), [](void* p) noexcept { static_cast<T*>(p)->~T(); });
    return ::new (place) T(std::forward<Args>(args)...);
  }

 private:
  struct alignas(std::max_align_t) Record {
    Record* older;
    void (*destroy)(void* object) noexcept;
    std::size_t size;
  };

  void* record(std::size_t size, void (*destroy)(void*) noexcept) {
    const std::size_t whole = sizeof(Record) + size;
    newest_ =
        ::new (resource_->allocate(whole)) Record{newest_, destroy, whole};
    return newest_ + 1;
  }

  Record* newest_ = nullptr;
  JsonResource<MustFree::yes> json_{resource_};
};

class RegionMemory final : public PooledMemory {
 public:
  explicit RegionMemory(Region& region)
      : PooledMemory(region.resource()), region_(region) {}

  [[nodiscard]] boost::json::storage_ptr json() noexcept { return &json_; }

  [[nodiscard]] Text copy(std::string_view text) {
    const std::string_view copied = region_.copy(text);
    if (copied.data() == nullptr) [[unlikely]]
      throw std::bad_alloc();
    return copied;
  }

  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    void* const place = region_.allocate(sizeof(T), alignof(T));
    if (place == nullptr) [[unlikely]]
      throw std::bad_alloc();
    return ::new (place) T(std::forward<Args>(args)...);
  }

 private:
  Region& region_;
  JsonResource<MustFree::no> json_{resource_};
};

class ResourceMemory final : public PooledMemory {
 public:
  explicit ResourceMemory(std::pmr::memory_resource* resource) noexcept
      : PooledMemory(resource) {}

  [[nodiscard]] boost::json::storage_ptr json() noexcept { return &json_; }

  [[nodiscard]] Text copy(std::string_view text) {
    char* const place =
        static_cast<char*>(resource_->allocate(text.size() + 1, 1));
    text.copy(place, text.size());
    place[text.size()] = '\0';
    return {place, text.size()};
  }

  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return ::new (resource_->allocate(sizeof(T), alignof(T)))
        T(std::forward<Args>(args)...);
  }

 private:
  JsonResource<MustFree::no> json_{resource_};
};

}  // namespace tarn::server
