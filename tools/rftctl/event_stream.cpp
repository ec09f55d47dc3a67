#include "tools/rftctl/client.hpp"

namespace rftctl {

bool EventStreamParser::take_line(std::string_view line,
                                  const std::function<bool(const ServerEvent&)>& on_event) {
  if (line.empty()) {
    const bool go_on = !has_data_ || on_event(event_);
    event_ = ServerEvent{event_.id, {}, {}};  // the id stays until another one comes
    has_data_ = false;
    return go_on;
  }
  if (line.front() == ':') return true;  // a comment keeps the connection open
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") event_.id = value;
  if (field == "event") event_.name = value;
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
  return true;
}

bool EventStreamParser::feed(std::string_view bytes,
                             const std::function<bool(const ServerEvent&)>& on_event) {
  buffer_ += bytes;
  std::size_t start = 0;
  for (std::size_t end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n', start)) {
    std::string_view line(buffer_.data() + start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    start = end + 1;
    if (!take_line(line, on_event)) return false;
  }
  buffer_.erase(0, start);
  return true;
}

}  // namespace rftctl
