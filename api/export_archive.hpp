// Everything that makes up a dataset, as one tar: for people and other programs manifest.json, topics.json,
// grader.json, records.jsonl and events-NNNNNN.jsonl; for POST /datasets/import-archive, which reads nothing
// else of it:
//   manifest.json         {"format": "rftd-dataset", "version": 2, "events": N, "dataset": {"name", …}}
//   blobs/<32 digits>     each payload that the state names: one zstd frame, named by what is in it
//   (schemas::BlobId) log-NNNNNN            events in order: size (4 bytes, little-endian), event as it is
//   stored (store/codec.hpp)
#pragma once

#include <vector>

#include "api/export_pieces.hpp"

namespace api {

inline constexpr std::string_view archive_format = "rftd-dataset";
inline constexpr int archive_version = 2;

// `numbers`: the visible records.
NextPiece archive_of(const Call& call, std::vector<std::uint64_t> numbers);

}  // namespace api
