// A vector whose copies share their chunks: copying costs one pointer a chunk, writing clones only the
// chunk it touches when somebody else still reads it. So the engine thread hands out whole states while it
// goes on writing. A value: one thread may write one copy while others read other copies.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace engine {

template <class T, std::size_t chunk_size>
class CowVector {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const T& operator[](std::size_t i) const {
    return (*chunks_[i / chunk_size])[i % chunk_size];
  }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }

  // A reference for writing; clones the chunk when it is shared.
  T& write(std::size_t i) { return writable(chunks_[i / chunk_size])[i % chunk_size]; }

  void push_back(T value) {
    if (size_ % chunk_size == 0) {
      chunks_.push_back(Chunk(first_reserve()));
    }
    writable(chunks_.back()).push_back(std::move(value));
    ++size_;
  }

  void clear() {
    chunks_.clear();
    size_ = 0;
  }

  // Each value in order, faster than by index.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Chunk& chunk : chunks_) {
      for (const T& value : *chunk) visit(value);
    }
  }

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const CowVector* vector, std::size_t i) : vector_(vector), i_(i) {}
    const T& operator*() const { return (*vector_)[i_]; }
    const T* operator->() const { return &(*vector_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++i_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const CowVector* vector_ = nullptr;
    std::size_t i_ = 0;
  };
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size_}; }

 private:
  // Counts its holders, as std::shared_ptr does; but alone() makes what the last reader did happen before
  // what the writer does next, which shared_ptr::use_count() does not promise.
  class Chunk {
   public:
    explicit Chunk(std::size_t capacity) : held_(new Held) { held_->values.reserve(capacity); }
    Chunk(const Chunk& other) : held_(other.held_) { held_->holders.fetch_add(1, std::memory_order_relaxed); }
    Chunk(Chunk&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    Chunk& operator=(Chunk other) noexcept {
      std::swap(held_, other.held_);
      return *this;
    }
    ~Chunk() {
      if (held_ != nullptr && held_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete held_;
    }
    [[nodiscard]] bool alone() const { return held_->holders.load(std::memory_order_acquire) == 1; }
    std::vector<T>& operator*() const { return held_->values; }

   private:
    struct Held {
      std::atomic<std::uint32_t> holders = 1;
      std::vector<T> values;
    };
    Held* held_;
  };

  // The first chunk grows with its contents (most datasets are small); the others are full-size at once.
  std::size_t first_reserve() const { return chunks_.empty() ? 0 : chunk_size; }

  static std::vector<T>& writable(Chunk& chunk) {
    if (!chunk.alone()) {
      const std::vector<T>& shared = *chunk;
      Chunk copy(shared.capacity());
      (*copy).assign(shared.begin(), shared.end());
      chunk = std::move(copy);
    }
    return *chunk;
  }

  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

}  // namespace engine
