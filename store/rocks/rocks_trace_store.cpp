// The trace store on RocksDB, a database of its own. Its keys and values: trace_rows.hpp.
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <filesystem>
#include <limits>
#include <set>

#include "store/keys.hpp"
#include "store/rocks/database.hpp"
#include "store/rocks/trace_rows.hpp"
#include "store/trace_store.hpp"

namespace store {

using namespace trace_rows;

namespace {
enum class TraceFamily { numbers, items, marks, traces, ages, calls };
constexpr std::array<const char*, 6> trace_family_names{"default", "items", "marks",
                                                        "traces",  "ages",  "calls"};

rocksdb::ColumnFamilyOptions options_of(TraceFamily family, const TraceStore::Options& from,
                                        const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.block_size = std::size_t{16} << 10U;
  // Most traces are asked for before anything is known of them.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = std::size_t{2} << 20U;
  options.max_write_buffer_number = 4;
  options.compression = rocksdb::kNoCompression;
  if (family == TraceFamily::items) {
    // What comes in stays where it is until it is removed: few rewrites matter more than few bytes.
    options.write_buffer_size = from.write_buffer;
    options.compression = rocksdb::kLZ4Compression;
    options.bottommost_compression = rocksdb::kZSTD;
    options.bottommost_compression_opts.enabled = true;
    options.bottommost_compression_opts.level = 1;
    options.compaction_style = rocksdb::kCompactionStyleUniversal;
    options.compaction_options_universal.min_merge_width = 4;
    options.level0_file_num_compaction_trigger = 8;
    options.target_file_size_base = std::uint64_t{64} << 20U;
    options.prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(items_prefix_bytes));
    options.memtable_prefix_bloom_size_ratio = 0.02;
  }
  if (family == TraceFamily::calls) {
    options.write_buffer_size = std::size_t{8} << 20U;
    options.compression = rocksdb::kLZ4Compression;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksTraceStore final : public TraceStore {
 public:
  explicit RocksTraceStore(Options options) : options_(std::move(options)) {}
  ~RocksTraceStore() override;

  Result<void> open();
  Result<std::vector<TraceMark>> put(std::span<const TraceItem> items, std::span<const TraceNote> notes,
                                     std::int64_t now) override;
  [[nodiscard]] Result<bool> holds(const TraceItem& item) const override;
  [[nodiscard]] Result<std::optional<std::string>> note(std::string_view key) const override;
  [[nodiscard]] Result<std::vector<TraceMark>> marks(std::size_t limit) const override;
  Result<void> items(std::string_view trace, const OnItem& on_item) const override;
  [[nodiscard]] Result<std::optional<TraceInfo>> info(std::string_view trace) const override;
  [[nodiscard]] Result<std::optional<CallRow>> row(std::uint64_t number) const override;
  Result<void> rows(const std::function<void(const CallRow&)>& on_row) const override;
  Result<void> commit(const TraceCommit& commit) override;
  [[nodiscard]] Result<std::vector<std::string>> oldest(std::size_t limit,
                                                        std::int64_t before) const override;
  Result<void> remove(std::span<const std::string> traces) override;
  [[nodiscard]] Numbers numbers() const override { return numbers_; }
  [[nodiscard]] std::uint64_t bytes() const override { return bytes_; }

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(TraceFamily which) const {
    return handles_.at(static_cast<std::size_t>(which));
  }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(TraceFamily which) const {
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator({}, family(which)));
  }
  // Nothing when the key is not there.
  [[nodiscard]] Result<std::optional<std::string>> get(TraceFamily which, std::string_view key) const;
  Result<void> write(rocksdb::WriteBatch& batch, std::string_view doing);
  void remove_one(rocksdb::WriteBatch& batch, const std::string& trace, const TraceInfo& info);

  Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, trace_family_names.size()> handles_{};
  std::atomic<std::uint64_t> next_stamp_{1};
  std::atomic<std::uint64_t> bytes_{0};
  Numbers numbers_;
};

RocksTraceStore::~RocksTraceStore() {
  if (!db_) return;
  for (auto* handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  if (const auto status = db_->Close(); !status.ok())
    spdlog::warn("traces: closing {}: {}", options_.folder, status.ToString());
}

Result<void> RocksTraceStore::open() {
  std::error_code failed;
  std::filesystem::create_directories(options_.folder, failed);
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.max_file_opening_threads = 1;
  options.max_total_wal_size = std::uint64_t{256} << 20U;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Else the log takes the whole write buffer off the disk before anything is in it.
  options.allow_fallocate = false;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  options.avoid_flush_during_shutdown = true;
  const auto cache = rocksdb::NewLRUCache(options_.block_cache, 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(trace_family_names.size());
  for (std::size_t i = 0; i < trace_family_names.size(); ++i)
    families.emplace_back(trace_family_names.at(i), options_of(static_cast<TraceFamily>(i), options_, cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options, options_.folder, families, &handles, &db);
  if (!status.ok()) return std::unexpected(to_error(status, "opening the traces in " + options_.folder));
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  const auto numbers = get(TraceFamily::numbers, "numbers");
  if (!numbers) return std::unexpected(numbers.error());
  if (*numbers && (*numbers)->size() == 16)
    numbers_ = {keys::number_at(**numbers, 0), keys::number_at(**numbers, 8)};
  const auto traces = iterate(TraceFamily::traces);
  for (traces->SeekToFirst(); traces->Valid(); traces->Next()) {
    const auto info = decode_info(view(traces->value()));
    if (!info) return std::unexpected(info.error());
    bytes_ += info->bytes;
  }
  const auto iterator = iterate(TraceFamily::marks);
  iterator->SeekToLast();
  if (iterator->Valid()) next_stamp_ = keys::number_at(view(iterator->key()), 0) + 1;
  return {};
}

Result<std::optional<std::string>> RocksTraceStore::get(TraceFamily which, std::string_view key) const {
  std::string value;
  const auto status = db_->Get({}, family(which), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return std::unexpected(to_error(status, "reading traces"));
  return std::optional<std::string>(std::move(value));
}

Result<void> RocksTraceStore::write(rocksdb::WriteBatch& batch, std::string_view doing) {
  rocksdb::WriteOptions options;
  options.sync = options_.sync;
  auto status = db_->Write(options, &batch);
  // After an error RocksDB writes nothing more until it is told that the disk works again.
  if (!status.ok() && db_->Resume().ok()) status = db_->Write(options, &batch);
  if (!status.ok()) return std::unexpected(to_error(status, doing));
  return {};
}

Result<bool> RocksTraceStore::holds(const TraceItem& item) const {
  const auto there = get(TraceFamily::items, item_key(item));
  if (!there) return std::unexpected(there.error());
  return *there && **there == item.bytes;
}

Result<std::optional<std::string>> RocksTraceStore::note(std::string_view key) const {
  return get(TraceFamily::numbers, note_key(key));
}

Result<std::vector<TraceMark>> RocksTraceStore::put(std::span<const TraceItem> items,
                                                    std::span<const TraceNote> notes, std::int64_t now) {
  rocksdb::WriteBatch batch;
  std::set<std::string_view> traces;
  for (const TraceItem& item : items) {
    if (item.trace.size() > std::numeric_limits<std::uint16_t>::max()) {
      return schemas::fail(ErrorCode::too_large, "a trace id of at most 65,535 bytes",
                           std::to_string(item.trace.size()));
    }
    batch.Put(family(TraceFamily::items), slice(item_key(item)), slice(item.bytes)).PermitUncheckedError();
    traces.insert(item.trace);
  }
  for (const TraceNote& note : notes) {
    batch.Put(family(TraceFamily::numbers), slice(note_key(note.key)), slice(note.value))
        .PermitUncheckedError();
  }
  std::uint64_t free_bytes = 0;
  const std::uint64_t wanted = options_.free_space_min + batch.GetDataSize();
  if (db_->GetEnv()->GetFreeSpace(options_.folder, &free_bytes).ok() && free_bytes < wanted) {
    return schemas::fail(ErrorCode::no_space, std::to_string(wanted) + " free bytes on the disk",
                         std::to_string(free_bytes), "free space on the disk of the data folder",
                         options_.folder);
  }
  std::vector<TraceMark> marks;
  for (const std::string_view trace : traces) {
    marks.push_back({next_stamp_++, std::string(trace), now});
    batch
        .Put(family(TraceFamily::marks), slice(numbered(marks.back().stamp, trace)),
             slice(number_key(static_cast<std::uint64_t>(now))))
        .PermitUncheckedError();
  }
  if (auto written = write(batch, "keeping traces"); !written) return std::unexpected(written.error());
  return marks;
}

Result<std::vector<TraceMark>> RocksTraceStore::marks(std::size_t limit) const {
  std::vector<TraceMark> marks;
  const auto iterator = iterate(TraceFamily::marks);
  for (iterator->SeekToFirst(); iterator->Valid() && marks.size() < limit; iterator->Next()) {
    const std::string_view key = view(iterator->key());
    marks.push_back({keys::number_at(key, 0), std::string(key.substr(8)),
                     static_cast<std::int64_t>(keys::number_at(view(iterator->value()), 0))});
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "reading traces"));
  return marks;
}

Result<void> RocksTraceStore::items(std::string_view trace, const OnItem& on_item) const {
  const std::string prefix = items_prefix(trace);
  rocksdb::ReadOptions options;
  // The filters know prefixes of that length: what is shorter has to be looked for without them.
  options.total_order_seek = prefix.size() < items_prefix_bytes;
  options.prefix_same_as_start = !options.total_order_seek;
  const std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(options, family(TraceFamily::items)));
  for (iterator->Seek(slice(prefix)); iterator->Valid(); iterator->Next()) {
    const std::string_view key = view(iterator->key());
    if (!key.starts_with(prefix)) break;
    if (!on_item(static_cast<TraceItemKind>(key[prefix.size()]), view(iterator->value()))) break;
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "reading traces"));
  return {};
}

Result<std::optional<TraceInfo>> RocksTraceStore::info(std::string_view trace) const {
  const auto value = get(TraceFamily::traces, trace);
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<TraceInfo>();
  auto info = decode_info(**value);
  if (!info) return std::unexpected(info.error());
  return std::optional<TraceInfo>(std::move(*info));
}

Result<std::optional<CallRow>> RocksTraceStore::row(std::uint64_t number) const {
  const auto value = get(TraceFamily::calls, number_key(number));
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::optional<CallRow>();
  auto row = decode_row(number, **value);
  if (!row) return std::unexpected(row.error());
  return std::optional<CallRow>(std::move(*row));
}

Result<void> RocksTraceStore::rows(const std::function<void(const CallRow&)>& on_row) const {
  const auto iterator = iterate(TraceFamily::calls);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto row = decode_row(keys::number_at(view(iterator->key()), 0), view(iterator->value()));
    if (!row) return std::unexpected(row.error());
    on_row(*row);
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "reading calls"));
  return {};
}

Result<void> RocksTraceStore::commit(const TraceCommit& commit) {
  rocksdb::WriteBatch batch;
  const auto put = [&](TraceFamily which, const std::string& key, const std::string& value) {
    batch.Put(family(which), slice(key), slice(value)).PermitUncheckedError();
  };
  for (const auto& [trace, info, bytes_before] : commit.traces) {
    put(TraceFamily::traces, trace, encode_info(info));
    put(TraceFamily::ages, numbered(static_cast<std::uint64_t>(info.received), trace), "");
  }
  for (const CallRow& row : commit.rows)
    put(TraceFamily::calls, number_key(row.number), numbered(row.sequence, row.bytes));
  for (const std::uint64_t number : commit.rows_gone)
    batch.Delete(family(TraceFamily::calls), slice(number_key(number))).PermitUncheckedError();
  for (const TraceMark& mark : commit.marks)
    batch.Delete(family(TraceFamily::marks), slice(numbered(mark.stamp, mark.trace))).PermitUncheckedError();
  put(TraceFamily::numbers, "numbers", numbered(commit.next_number, number_key(commit.next_sequence)));
  if (auto written = write(batch, "keeping calls"); !written) return written;
  numbers_ = {commit.next_number, commit.next_sequence};
  for (const auto& found : commit.traces) bytes_ += found.info.bytes - found.bytes_before;
  return {};
}

Result<std::vector<std::string>> RocksTraceStore::oldest(std::size_t limit, std::int64_t before) const {
  std::vector<std::string> traces;
  const auto iterator = iterate(TraceFamily::ages);
  for (iterator->SeekToFirst(); iterator->Valid() && traces.size() < limit; iterator->Next()) {
    const std::string_view key = view(iterator->key());
    if (static_cast<std::int64_t>(keys::number_at(key, 0)) >= before) break;
    traces.emplace_back(key.substr(8));
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "reading traces"));
  return traces;
}

void RocksTraceStore::remove_one(rocksdb::WriteBatch& batch, const std::string& trace,
                                 const TraceInfo& info) {
  const std::string begin = items_prefix(trace);
  const std::string end = begin + '\x7f';  // after every kind
  batch.DeleteRange(family(TraceFamily::items), slice(begin), slice(end)).PermitUncheckedError();
  for (const std::uint64_t number : info.calls)
    batch.Delete(family(TraceFamily::calls), slice(number_key(number))).PermitUncheckedError();
  batch.Delete(family(TraceFamily::traces), slice(trace)).PermitUncheckedError();
  batch.Delete(family(TraceFamily::ages), slice(numbered(static_cast<std::uint64_t>(info.received), trace)))
      .PermitUncheckedError();
}

Result<void> RocksTraceStore::remove(std::span<const std::string> traces) {
  rocksdb::WriteBatch batch;
  std::uint64_t gone = 0;
  for (const std::string& trace : traces) {
    const auto found = info(trace);
    if (!found) return std::unexpected(found.error());
    const TraceInfo known = found->value_or(TraceInfo{});
    remove_one(batch, trace, known);
    gone += known.bytes;
  }
  if (auto written = write(batch, "removing traces"); !written) return written;
  bytes_ -= gone;
  return {};
}

}  // namespace

Result<std::unique_ptr<TraceStore>> TraceStore::open(const Options& options) {
  auto opened = std::make_unique<RocksTraceStore>(options);
  if (auto good = opened->open(); !good) return std::unexpected(good.error());
  return std::unique_ptr<TraceStore>(std::move(opened));
}

}  // namespace store
