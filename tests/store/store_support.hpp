// What the tests of the store have in common: opening a log, and appends that are easy to tell apart.
#pragma once

#include <rocksdb/file_system.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "store/audit.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace store_test {

using store::Append;
using store::RocksEventLog;

inline RocksEventLog::Options options_for(const std::string& folder,
                                          std::shared_ptr<rocksdb::FileSystem> file_system = nullptr) {
  RocksEventLog::Options options;
  options.folder = folder;
  options.free_space_min = 0;
  options.file_system = std::move(file_system);
  return options;
}

inline std::unique_ptr<RocksEventLog> open(const RocksEventLog::Options& options) {
  auto log = RocksEventLog::open(options);
  if (!log) FAIL(log.error().message());
  return std::move(*log);
}

// A fact whose bytes depend on `number` and are about `bytes` long.
inline store::NewEvent fact(std::uint64_t number, std::size_t bytes = 0) {
  schemas::StepSkippedT skipped;
  skipped.step = schemas::StepName::validate;
  skipped.reason = "because of " + std::to_string(number) + std::string(bytes, 'x');
  return schemas::encode(skipped);
}

inline Append append_to(store::StreamId stream, store::Position expected, std::uint64_t epoch,
                        std::vector<store::NewEvent> events) {
  Append append;
  append.stream = stream;
  append.expected = expected;
  append.epoch = epoch;
  append.time = static_cast<std::int64_t>(1'700'000'000'000'000 + expected);
  append.actor = "local";
  append.events = std::move(events);
  return append;
}

// Appends one fact to the end of the stream, whatever that is.
inline store::Result<std::vector<store::Committed>> append_one(RocksEventLog& log, store::StreamId stream,
                                                               std::uint64_t number, std::size_t bytes = 0) {
  const auto head = log.head(stream);
  const Append append = append_to(stream, head ? head->position : 0, log.epoch(), {fact(number, bytes)});
  return log.append(std::span(&append, 1));
}

// Every envelope of the stream, byte for byte.
inline std::vector<std::string> envelopes(const store::EventLog& log, store::StreamId stream) {
  std::vector<std::string> found;
  const auto head = log.head(stream);
  const auto scanned = log.scan(stream, 1, head ? head->position : 0, [&](const store::EventView& event) {
    found.emplace_back(event.bytes());
    return true;
  });
  if (!scanned) FAIL(scanned.error().message());
  return found;
}

inline store::AuditReport audited(const store::EventLog& log) {
  const auto report = store::audit(log, true, {});
  if (!report) FAIL(report.error().message());
  return *report;
}

// The audit finds nothing bad.
inline void require_good(const store::EventLog& log) {
  const auto report = audited(log);
  INFO((report.first_bad ? report.first_bad->why : std::string()));
  REQUIRE(!report.first_bad);
}

}  // namespace store_test
