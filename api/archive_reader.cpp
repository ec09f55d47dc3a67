#include "api/archive_reader.hpp"

#include "api/export_archive.hpp"
#include "api/json.hpp"
#include "store/codec.hpp"

namespace api {

using schemas::ErrorCode;
using schemas::Result;

namespace {
constexpr std::uint64_t file_bytes_max = std::uint64_t{1} << 30U;  // of those that are read whole

std::unexpected<schemas::Error> refuse(std::string wanted, std::string found, std::string at) {
  return schemas::fail(ErrorCode::corrupt, std::move(wanted), std::move(found), "export the dataset again",
                       std::move(at));
}
}  // namespace

ArchiveReader::ArchiveReader(steps::text::Encoding encoding, std::uint64_t epoch)
    : decoder_(encoding),
      tar_({[this](std::string_view name, std::uint64_t size) { return begin(name, size); },
            [this](std::string_view piece) -> Result<void> {
              if (wanted_) content_ += piece;
              return {};
            },
            [this] { return end(); }}),
      fold_(epoch) {}

Result<void> ArchiveReader::feed(std::string_view bytes) {
  return decoder_.feed(bytes, [this](std::string_view decoded) { return tar_.feed(decoded); });
}

Result<void> ArchiveReader::finish() {
  const auto decoded = decoder_.finish([this](std::string_view bytes) { return tar_.feed(bytes); });
  if (!decoded) return decoded;
  if (auto whole = tar_.finish(); !whole) return whole;
  if (!events_promised_) {
    return schemas::fail(ErrorCode::invalid_argument, "an archive of a dataset",
                         "a tar without manifest.json", "GET …/export?what=archive makes one", "body");
  }
  const std::uint64_t events = fold_.dataset().folded.state.position;
  if (events == 0 || events != *events_promised_) {
    return refuse(std::to_string(*events_promised_) + " events, as the manifest says", std::to_string(events),
                  "manifest.json");
  }
  return {};
}

Result<void> ArchiveReader::begin(std::string_view name, std::uint64_t size) {
  file_ = name;
  content_.clear();
  wanted_ = name == "manifest.json" || name.starts_with("blobs/") || name.starts_with("log-");
  if (wanted_ && !events_promised_ && name != "manifest.json") {
    return schemas::fail(ErrorCode::invalid_argument, "manifest.json as the first file of the archive",
                         "'" + file_ + "' before it", "send the archive as it was exported", "body");
  }
  if (wanted_ && size > file_bytes_max)
    return refuse("files of at most 1 GiB", std::to_string(size) + " bytes", file_);
  return {};
}

Result<void> ArchiveReader::end() {
  if (!wanted_) return {};
  if (file_ == "manifest.json") return read_manifest();
  return file_.starts_with("blobs/") ? read_blob() : read_events();
}

Result<void> ArchiveReader::read_manifest() {
  const Json manifest = Json::parse(content_, nullptr, false);
  if (!manifest.is_object() || manifest.value("format", Json()) != archive_format) {
    return schemas::fail(ErrorCode::invalid_argument, "the manifest of a dataset's archive", "something else",
                         "GET …/export?what=archive makes an archive", "manifest.json");
  }
  const Json version = manifest.value("version", Json());
  if (version != archive_version) {
    return schemas::fail(
        ErrorCode::invalid_argument, "an archive of version " + std::to_string(archive_version),
        "version " + version.dump(), "export it with the same release of rftd", "manifest.json");
  }
  const Json events = manifest.value("events", Json());
  if (!events.is_number_unsigned()) return refuse("a number of events", events.dump(), "manifest.json");
  events_promised_ = events.get<std::uint64_t>();
  const Json dataset = manifest.value("dataset", Json::object());
  if (dataset.is_object() && dataset.contains("name") && dataset["name"].is_string())
    name_ = dataset["name"].get<std::string>();
  return {};
}

Result<void> ArchiveReader::read_blob() {
  const auto bytes = store::decompress(content_, "a payload");
  if (!bytes) return refuse(bytes.error().wanted, bytes.error().found, file_);
  const schemas::BlobId id = store::blob_id_of(*bytes);
  if (file_ != "blobs/" + to_text(id))
    return refuse("a payload that its name belongs to", "other bytes", file_);
  blob_bytes_ += content_.size();
  blobs_.push_back({id, std::move(content_)});
  content_ = {};
  return {};
}

Result<void> ArchiveReader::read_events() {
  std::string_view rest = content_;
  while (!rest.empty()) {
    std::uint32_t size = 0;
    for (unsigned i = 0; i < 4 && rest.size() >= 4; ++i)
      size |= std::uint32_t{static_cast<unsigned char>(rest[i])} << (8 * i);
    if (rest.size() < 4 || size > rest.size() - 4) return refuse("a whole event", "a part of one", file_);
    if (auto added = fold_.add(rest.substr(4, size)); !added) return added;
    rest.remove_prefix(4 + std::size_t{size});
  }
  return {};
}

}  // namespace api
