// A vector whose copies share their chunks: copying costs one pointer a chunk, writing clones only the
// chunk it touches when somebody else still reads it. So the engine thread hands out whole states while it
// goes on writing. A value: one thread may write one copy while others read other copies.
#pragma once

#include <cstddef>
#include <memory>
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
  T& write(std::size_t i) {
    auto& chunk = chunks_[i / chunk_size];
    if (chunk.use_count() > 1) chunk = copy_of(*chunk);
    return (*chunk)[i % chunk_size];
  }

  void push_back(T value) {
    if (size_ % chunk_size == 0) {
      chunks_.push_back(std::make_shared<std::vector<T>>());
      chunks_.back()->reserve(first_reserve());
    }
    auto& chunk = chunks_.back();
    if (chunk.use_count() > 1) chunk = copy_of(*chunk);
    chunk->push_back(std::move(value));
    ++size_;
  }

  void clear() {
    chunks_.clear();
    size_ = 0;
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
  using Chunk = std::shared_ptr<std::vector<T>>;

  // The first chunk grows with its contents (most datasets are small); the others are full-size at once.
  std::size_t first_reserve() const { return chunks_.size() == 1 ? 0 : chunk_size; }

  static Chunk copy_of(const std::vector<T>& chunk) {
    auto copy = std::make_shared<std::vector<T>>();
    copy->reserve(chunk.capacity());
    copy->assign(chunk.begin(), chunk.end());
    return copy;
  }

  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

}  // namespace engine
