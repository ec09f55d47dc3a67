// A small blocking HTTP/1.1 client over a POSIX socket, so that tests can also say what no good client would.
// One thread. Fails a test (throws) instead of hanging: every read has a deadline.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool ended = false;  // the server has closed the connection

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : port_(port) { connect(); }
  ~HttpClient() { close(); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpAnswer get(const std::string& target, const Headers& headers = {}) {
    return ask("GET", target, {}, headers);
  }
  HttpAnswer post(const std::string& target, const std::string& json, const Headers& headers = {}) {
    return ask("POST", target, json, headers);
  }
  // JSON when there is a body and no other content type is given. Connects again when the server has closed.
  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = {},
                 const Headers& headers = {}) {
    if (socket_ < 0) connect();
    send(head(method, target, headers, body.empty() ? "" : std::to_string(body.size())) + body);
    return read_answer(method == "HEAD");
  }

  [[nodiscard]] std::string head(const std::string& method, const std::string& target, const Headers& headers,
                                 const std::string& content_length) const {
    std::string text = method + " " + target + " HTTP/1.1\r\n";
    bool has_host = false;
    bool has_type = false;
    for (const auto& [name, value] : headers) {
      text.append(name).append(": ").append(value).append("\r\n");
      has_host = has_host || name == "Host";
      has_type = has_type || name == "Content-Type";
    }
    if (!has_host) text += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    if (!content_length.empty()) text += "Content-Length: " + content_length + "\r\n";
    if (!content_length.empty() && !has_type) text += "Content-Type: application/json\r\n";
    return text + "\r\n";
  }

  // False when the server has closed already.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  HttpAnswer read_answer(bool without_body = false) {
    HttpAnswer answer;
    const std::string head = take_until("\r\n\r\n");
    if (head.empty()) {
      answer.ended = true;
      return answer;
    }
    parse_head(head, answer);
    if (answer.status == 100) return read_answer(without_body);
    if (without_body || answer.status == 304 || answer.status == 204) return finish(answer);
    if (answer.header("transfer-encoding") == "chunked") {
      while (true) {
        const std::string size = take_until("\r\n");
        const std::size_t bytes = std::stoul(size.empty() ? "0" : size, nullptr, 16);
        answer.body += take(bytes);
        take(2);
        if (bytes == 0) break;
      }
    } else {
      answer.body = take(std::stoul("0" + answer.header("content-length")));
    }
    return finish(answer);
  }

  // What comes next, up to and without `end`; empty when the connection ends before.
  std::string take_until(std::string_view end) {
    std::size_t found = buffer_.find(end);
    while (found == std::string::npos) {
      if (!read_more()) return {};
      found = buffer_.find(end);
    }
    std::string text = buffer_.substr(0, found);
    buffer_.erase(0, found + end.size());
    return text;
  }
  std::string take(std::size_t bytes) {
    while (buffer_.size() < bytes && read_more()) {
    }
    std::string text = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return text;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    buffer_.clear();
  }

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval deadline{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }

  bool read_more() {
    char bytes[65536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no answer in time");
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  static void parse_head(const std::string& head, HttpAnswer& answer) {
    answer.status = std::stoi(head.substr(9, 3));
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos) {
      const std::size_t begin = at + 2;
      at = head.find("\r\n", begin);
      const std::string line = head.substr(begin, at == std::string::npos ? at : at - begin);
      const std::size_t colon = line.find(": ");
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.headers[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
    }
  }

  HttpAnswer finish(HttpAnswer& answer) {
    answer.ended = answer.header("connection") == "close";
    if (answer.ended) close();
    return std::move(answer);
  }

  std::uint16_t port_;
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace support
