// How RocksDB is set up: bounded memory for an idle daemon, big blocks for replay, checksums everywhere.
#include "store/rocks/options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace store {

namespace {
// RocksDB's own log lines, from warnings up, as ours; so it keeps no LOG files.
class Forward final : public rocksdb::Logger {
 public:
  Forward() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> line{};
    // The format is RocksDB's, not ours.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    std::vsnprintf(line.data(), line.size(), format, arguments);
#pragma clang diagnostic pop
    spdlog::warn("store: rocksdb: {}", line.data());
  }
};

class Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<std::atomic<bool>> stopped) : stopped_(std::move(stopped)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status* status) override {
    spdlog::error("store: writing stops until the log has been opened anew: {}", status->ToString());
    *stopped_ = true;
  }
  // Going on is append()'s business, so that it knows what became of a failed write.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  std::shared_ptr<std::atomic<bool>> stopped_;
};

rocksdb::ColumnFamilyOptions family_options(const RocksEventLog::Options& from, Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.block_size = std::size_t{8} << 10U;
  options.compression = rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = std::size_t{1} << 20U;
  options.max_write_buffer_number = 3;
  options.target_file_size_base = std::uint64_t{32} << 20U;
  switch (family) {
    case Family::events:
      table.block_size = std::size_t{64} << 10U;
      options.compression = rocksdb::kZSTD;
      options.compression_opts.level = 1;
      options.write_buffer_size = from.write_buffer;
      break;
    case Family::blobs:
      // Already compressed; a point lookup per blob.
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      options.write_buffer_size = 2 * from.write_buffer;
      options.target_file_size_base = std::uint64_t{64} << 20U;
      options.table_properties_collector_factories.push_back(
          rocksdb::NewCompactOnDeletionCollectorFactory(128, 32));
      break;
    case Family::answers:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      break;
    case Family::meta:
    case Family::heads:
    case Family::blob_holders:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}
}  // namespace

rocksdb::DBOptions database_options(const Database& database) {
  rocksdb::DBOptions options;
  options.env = database.env.get();
  options.info_log = std::make_shared<Forward>();
  options.listeners.push_back(std::make_shared<Listener>(database.stopped));
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;
  // After a failed write nothing more may reach the tables: what the torn log holds is settled by recovery.
  options.avoid_flush_during_shutdown = true;
  // Stops at the first damaged record. Whether that was an unfinished tail is for the synced-up-to mark to
  // say.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = std::uint64_t{64} << 20U;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_file_opening_threads = 1;
  options.avoid_unnecessary_blocking_io = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.compaction_readahead_size = std::size_t{2} << 20U;
  if (database.options.durability == Durability::os) options.wal_bytes_per_sync = std::uint64_t{1} << 20U;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const RocksEventLog::Options& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache, 2);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < family_names.size(); ++i) {
    descriptors.emplace_back(family_names.at(i), family_options(options, static_cast<Family>(i), cache));
  }
  return descriptors;
}

}  // namespace store
