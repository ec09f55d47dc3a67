#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "tools/rftctl/canvas_view.hpp"
#include "tools/rftctl/progress.hpp"
#include "tools/rftctl/traces_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Result<File> open_input(const std::string& name) {
  File file(name == "-" ? stdin : std::fopen(name.c_str(), "rbe"));
  if (!file) return failed(fmt::format("{} could not be opened: {}", name, std::strerror(errno)));
  struct stat status{};
  if (fstat(fileno(file.get()), &status) == 0 && S_ISDIR(status.st_mode))
    return failed(fmt::format("expected a file, found the folder {}", name));
  return file;
}

// What is left to read; -1 for pipes.
std::int64_t size_of(std::FILE* file) {
  struct stat status{};
  return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

// Looks at the first bytes where the file can be rewound, else at the name.
std::string encoding_of(std::FILE* file, const std::string& name) {
  if (size_of(file) >= 0) {
    std::string first(4, '\0');
    first.resize(std::fread(first.data(), 1, first.size(), file));
    std::rewind(file);
    return content_encoding_of(first);
  }
  const std::string extension = std::filesystem::path(name).extension().string();
  if (extension == ".gz") return "gzip";
  return extension == ".zst" || extension == ".zstd" ? "zstd" : "";
}

// Sends all of the file, showing how far it is.
Result<Response> send_file(Context& context, const std::string& file_name, const std::string& path,
                           const std::string& content_type, const std::string& afterwards) {
  auto file = open_input(file_name);
  if (!file) return std::unexpected(file.error());
  Upload upload;
  upload.from = file->get();
  upload.size = size_of(upload.from);
  upload.content_encoding = encoding_of(upload.from, file_name);
  upload.content_type = content_type;
  Progress progress("sending " + printable(std::filesystem::path(file_name).filename().string()), true);
  bool all_sent = false;
  upload.on_sent = [&](std::int64_t sent) {
    progress.show(sent, upload.size);
    if (sent != upload.size || all_sent) return;
    all_sent = true;
    progress.say("all sent; waiting until " + afterwards);
  };
  return context.client().upload(path, upload);
}

std::string imported_view(const json& answer) {
  std::string out = fmt::format("imported {} of {} lines: {} valid, {} invalid, {} duplicates",
                                with_commas(count(answer, "imported")), with_commas(count(answer, "lines")),
                                with_commas(count(answer, "valid")), with_commas(count(answer, "invalid")),
                                with_commas(count(answer, "duplicates")));
  if (const std::uint64_t blank = count(answer, "blank"); blank > 0)
    out += fmt::format(", {} blank", with_commas(blank));
  return out + fmt::format("  ({}, position {})\n", text(answer, "run"), text(answer, "position"));
}

}  // namespace

int import_file(Context& context, const std::string& dataset, const Import& import) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string name = std::filesystem::path(import.file).filename().string();
  const std::string query = Query()
                                .add("mode", import.replace ? "replace" : "append")
                                .add("categorize", import.categorize ? "true" : "")
                                .add("confirm", import.confirm ? "true" : "")
                                .add("name", import.file == "-" ? "" : name)
                                .text();
  return context.show(send_file(context, import.file, path_of({*id, "import"}) + query,
                                "application/x-ndjson", "every line is stored and validated"),
                      imported_view);
}

int import_traces(Context& context, const std::string& file) {
  return context.show(
      send_file(context, file, "/traces/import", "application/x-ndjson", "every call has been stored"),
      imported_traces_view);
}

int import_archive(Context& context, const std::string& file, const std::string& name) {
  const std::string path = path_of({"import-archive"}) + Query().add("name", name).text();
  return context.show(send_file(context, file, path, "application/x-tar", "every event has been checked"),
                      [](const json& dataset) {
                        return fmt::format("{} is {} with {} records at position {}\n", text(dataset, "id"),
                                           printable(text(dataset, "name")),
                                           with_commas(count(dataset, "records")), text(dataset, "position"));
                      });
}

}  // namespace rftctl
