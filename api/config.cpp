#include "api/config.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "api/request.hpp"

namespace api {

namespace fs = std::filesystem;

namespace {
using Setter = std::function<Result<void>(const toml::node&)>;
using Setters = std::map<std::string, Setter, std::less<>>;

std::string place(const std::string& path, const toml::node& node) {
  return path + ":" + std::to_string(node.source().begin.line);
}

template <class T>
Setter into(T& target, const std::string& path, const char* wanted) {
  return [&target, path, wanted](const toml::node& node) -> Result<void> {
    if constexpr (std::is_same_v<T, std::string>) {
      if (const auto value = node.value_exact<std::string>()) {
        target = *value;
        return {};
      }
    } else if constexpr (std::is_floating_point_v<T>) {
      if (const auto value = node.value<double>(); value && *value >= 0) {
        target = *value;
        return {};
      }
    } else if constexpr (std::is_integral_v<T>) {
      if (const auto value = node.value_exact<std::int64_t>(); value && *value > 0) {
        target = static_cast<T>(*value);
        return {};
      }
    } else {
      if (const auto value = node.value<double>(); value && *value > 0) {
        target = std::chrono::milliseconds(static_cast<std::int64_t>(*value * 1000));
        return {};
      }
    }
    return fail(ErrorCode::invalid_argument, wanted, "something else", {}, place(path, node));
  };
}

constexpr const char* text = "a text in quotes";
constexpr const char* count = "a whole number above 0";
constexpr const char* seconds = "a number of seconds above 0";

Setters limits_of(Limits& l, const std::string& path) {
  return {{"header_bytes", into(l.header_bytes, path, count)},
          {"body_bytes", into(l.body_bytes, path, count)},
          {"upload_bytes", into(l.upload_bytes, path, count)},
          {"line_bytes", into(l.line_bytes, path, count)},
          {"depth", into(l.depth, path, count)},
          {"connections", into(l.connections, path, count)},
          {"header_seconds", into(l.header_time, path, seconds)},
          {"idle_seconds", into(l.idle_time, path, seconds)},
          {"body_seconds", into(l.body_time, path, seconds)},
          {"heartbeat_seconds", into(l.heartbeat, path, seconds)},
          {"state_bytes", into(l.state_bytes, path, count)},
          {"requests_per_second", into(l.requests_per_second, path, "a number")},
          {"burst", into(l.burst, path, "a number")}};
}

Result<void> apply(const toml::table& table, const Setters& setters, const std::string& path,
                   const std::string& prefix) {
  for (const auto& [key, node] : table) {
    const auto found = setters.find(key.str());
    if (found == setters.end()) {
      std::string known;
      for (const auto& [name, setter] : setters) known += (known.empty() ? "" : ", ") + name;
      return fail(ErrorCode::invalid_argument, "one of " + known, "'" + prefix + std::string(key.str()) + "'",
                  {}, place(path, node));
    }
    if (auto set = found->second(node); !set) return set;
  }
  return {};
}

Setter section(Setters setters, const std::string& path, const std::string& name) {
  return [setters = std::move(setters), path, name](const toml::node& node) -> Result<void> {
    if (!node.is_table())
      return fail(ErrorCode::invalid_argument, "a section [" + name + "]", "something else", {},
                  place(path, node));
    return apply(*node.as_table(), setters, path, name + ".");
  };
}

Setter hosts_of(Config& config, const std::string& path) {
  return [&config, path](const toml::node& node) -> Result<void> {
    const auto wrong = [&] {
      return fail(ErrorCode::invalid_argument, "a list of host names", "something else", {},
                  place(path, node));
    };
    if (!node.is_array()) return wrong();
    for (const toml::node& item : *node.as_array()) {
      const auto host = item.value_exact<std::string>();
      if (!host) return wrong();
      config.allowed_hosts.push_back(lower_case(*host));
    }
    return {};
  };
}

Setter tokens_of(Config& config, const std::string& path) {
  return [&config, path](const toml::node& node) -> Result<void> {
    if (!node.is_array()) {
      return fail(ErrorCode::invalid_argument, "sections [[tokens]] with name, role and sha256",
                  "something else", {}, place(path, node));
    }
    for (const toml::node& item : *node.as_array()) {
      std::string name;
      std::string role;
      std::string sha256;
      const Setters fields{{"name", into(name, path, text)},
                           {"role", into(role, path, text)},
                           {"sha256", into(sha256, path, text)}};
      const toml::table* table = item.as_table();
      if (table == nullptr)
        return fail(ErrorCode::invalid_argument, "[[tokens]]", "something else", {}, place(path, item));
      if (auto set = apply(*table, fields, path, "tokens."); !set) return set;
      std::string line = name;
      line.append(" ").append(role).append(" ").append(sha256);
      auto tokens = tokens_from_text(line, place(path, item));
      if (!tokens) return std::unexpected(tokens.error());
      for (Token& token : *tokens) config.tokens.push_back(std::move(token));
    }
    return {};
  };
}

Setter names_into(std::vector<std::string>& names, const std::string& path) {
  return [&names, path](const toml::node& node) -> Result<void> {
    const auto wrong = [&] {
      return fail(ErrorCode::invalid_argument, "a list of names in quotes", "something else", {},
                  place(path, node));
    };
    if (!node.is_array()) return wrong();
    for (const toml::node& item : *node.as_array()) {
      const auto name = item.value_exact<std::string>();
      if (!name) return wrong();
      names.push_back(*name);
    }
    return {};
  };
}

// prices = { "gpt-4o" = { input = 2.5, output = 10 } }
Setter prices_into(std::map<std::string, steps::llm::Price>& prices, const std::string& path) {
  return [&prices, path](const toml::node& node) -> Result<void> {
    const toml::table* table = node.as_table();
    if (table == nullptr)
      return fail(ErrorCode::invalid_argument, "prices = { model = { input = …, output = … } }",
                  "something else", {}, place(path, node));
    for (const auto& [model, price] : *table) {
      steps::llm::Price& told = prices[std::string(model.str())];
      const Setters fields{{"input", into(told.input, path, "dollars for a million tokens")},
                           {"output", into(told.output, path, "dollars for a million tokens")}};
      if (!price.is_table())
        return fail(ErrorCode::invalid_argument, "{ input = …, output = … }", "something else", {},
                    place(path, price));
      if (auto set = apply(*price.as_table(), fields, path, "models.prices."); !set) return set;
    }
    return {};
  };
}

Setters provider_fields(steps::llm::Provider& provider, std::string& key_header, const std::string& path) {
  return {{"name", into(provider.name, path, text)},
          {"base_url", into(provider.base_url, path, text)},
          {"credential", into(provider.credential, path, text)},
          {"key_header", into(key_header, path, text)},
          {"api_version", into(provider.api_version, path, text)},
          {"ca_file", into(provider.ca_file, path, text)},
          {"models", names_into(provider.models, path)},
          {"prices", prices_into(provider.prices, path)},
          {"requests_in_flight", into(provider.requests_in_flight_max, path, count)},
          {"texts_per_request", into(provider.texts_per_request_max, path, count)},
          {"requests_per_minute", into(provider.requests_per_minute, path, count)},
          {"tokens_per_minute", into(provider.tokens_per_minute, path, count)},
          {"attempts", into(provider.attempts_max, path, count)},
          {"attempt_seconds", into(provider.attempt_timeout, path, seconds)},
          {"total_seconds", into(provider.total_timeout, path, seconds)},
          {"answer_bytes", into(provider.answer_bytes_max, path, count)}};
}

Setter models_of(Config& config, const std::string& path) {
  return [&config, path](const toml::node& node) -> Result<void> {
    if (!node.is_array()) {
      return fail(ErrorCode::invalid_argument, "sections [[models]] with name and base_url", "something else",
                  {}, place(path, node));
    }
    for (const toml::node& item : *node.as_array()) {
      const toml::table* table = item.as_table();
      if (table == nullptr)
        return fail(ErrorCode::invalid_argument, "[[models]]", "something else", {}, place(path, item));
      steps::llm::Provider provider;
      std::string key_header = "authorization";
      if (auto set = apply(*table, provider_fields(provider, key_header, path), path, "models."); !set)
        return set;
      if (key_header != "authorization" && key_header != "api-key") {
        return fail(ErrorCode::invalid_argument, "key_header \"authorization\" or \"api-key\"",
                    "'" + key_header + "'", {}, place(path, item));
      }
      if (key_header == "api-key") provider.key_header = steps::llm::KeyHeader::api_key;
      config.models.push_back(std::move(provider));
    }
    return {};
  };
}
// every_seconds = 0: only when asked.
Setter seconds_or_none_into(std::chrono::milliseconds& target, const std::string& path) {
  return [&target, path](const toml::node& node) -> Result<void> {
    const auto value = node.value<double>();
    if (!value || !(*value >= 0) || *value > 1e9) {
      return fail(ErrorCode::invalid_argument, "a number of seconds, 0 or more", "something else", {},
                  place(path, node));
    }
    target = std::chrono::milliseconds(static_cast<std::int64_t>(*value * 1000));
    return {};
  };
}

Setters source_fields(steps::traces::TraceSource& source, const std::string& path) {
  return {{"name", into(source.name, path, text)},
          {"kind", into(source.kind, path, text)},
          {"base_url", into(source.base_url, path, text)},
          {"credential", into(source.credential, path, text)},
          {"ca_file", into(source.ca_file, path, text)},
          {"project", into(source.project, path, text)},
          {"from", into(source.from, path, "a time in quotes, such as \"2026-01-01T00:00:00Z\"")},
          {"every_seconds", seconds_or_none_into(source.every, path)},
          {"overlap_seconds", seconds_or_none_into(source.overlap, path)},
          {"answer_bytes", into(source.answer_bytes_max, path, count)}};
}

Setter trace_sources_of(Config& config, const std::string& path) {
  return [&config, path](const toml::node& node) -> Result<void> {
    const toml::array* sections = node.as_array();
    if (sections == nullptr) {
      return fail(ErrorCode::invalid_argument, "sections [[trace_sources]] with name, kind and base_url",
                  "something else", {}, place(path, node));
    }
    for (const toml::node& item : *sections) {
      const toml::table* table = item.as_table();
      if (table == nullptr)
        return fail(ErrorCode::invalid_argument, "[[trace_sources]]", "something else", {},
                    place(path, item));
      steps::traces::TraceSource source;
      if (auto set = apply(*table, source_fields(source, path), path, "trace_sources."); !set) return set;
      config.trace_sources.push_back(std::move(source));
    }
    return {};
  };
}
}  // namespace

Result<Config> config_from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::not_found, "a readable configuration file", "none at '" + path + "'",
                "check the path and its permissions", path);
  }
  std::ostringstream content;
  content << file.rdbuf();
  const toml::parse_result parsed = toml::parse(content.str(), path);
  if (!parsed) {
    const toml::parse_error& wrong = parsed.error();
    return fail(ErrorCode::invalid_argument, "TOML", std::string(wrong.description()), {},
                path + ":" + std::to_string(wrong.source().begin.line) + ":" +
                    std::to_string(wrong.source().begin.column));
  }
  Config config;
  std::string listen;
  const Setters setters{
      {"data", into(config.data, path, text)},
      {"listen", into(listen, path, text)},
      {"ui_dir", into(config.ui_dir, path, text)},
      {"assets", into(config.assets, path, text)},
      {"durability", into(config.durability, path, text)},
      {"log_level", into(config.log_level, path, text)},
      {"allowed_hosts", hosts_of(config, path)},
      {"tokens", tokens_of(config, path)},
      {"limits", section(limits_of(config.limits, path), path, "limits")},
      {"tls", section({{"certificate", into(config.tls_certificate, path, text)},
                       {"key", into(config.tls_key, path, text)}},
                      path, "tls")},
      {"engine", section({{"workers", into(config.workers, path, count)},
                          {"snapshot_every", into(config.snapshot_every, path, count)}},
                         path, "engine")},
      {"traces", section({{"max_days", into(config.traces.max_days, path, count)},
                          {"max_bytes", into(config.traces.max_bytes, path, count)},
                          {"quiet_seconds", into(config.traces.quiet, path, seconds)},
                          {"body_bytes", into(config.traces.body_bytes, path, count)},
                          {"in_flight_bytes", into(config.traces.in_flight_bytes, path, count)}},
                         path, "traces")},
      {"trace_sources", trace_sources_of(config, path)},
      {"models", models_of(config, path)},
      {"scripts", section({{"program", into(config.scripts_program, path, text)},
                           {"workers", into(config.scripts_workers, path, count)}},
                          path, "scripts")}};
  if (auto set = apply(parsed.table(), setters, path, ""); !set) return std::unexpected(set.error());
  if (!listen.empty()) {
    if (auto set = set_listen(config, listen); !set) {
      set.error().at = place(path, *parsed.table().get("listen"));
      return std::unexpected(set.error());
    }
  }
  return config;
}

}  // namespace api
