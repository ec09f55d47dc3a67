// What a handler is given and what it gives back. Handlers are plain functions: a read gives an answer, a
// write gives a command and later renders what came of it; both may run on the api thread or on an api
// worker, as their row in the table says. Only handlers that stream are coroutines (stream.hpp).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "api/config.hpp"
#include "api/hub.hpp"
#include "api/metrics.hpp"
#include "api/order_cache.hpp"
#include "api/problem.hpp"
#include "api/reply.hpp"
#include "api/request.hpp"
#include "engine/engine.hpp"
#include "steps/catalog.hpp"

namespace steps::llm {
class Client;
}
namespace steps::traces {
class Collector;
class SourcePuller;
}  // namespace steps::traces

namespace api {

class PastStates;
class Workers;

// Everything a handler may use; outlives every request.
struct Services {
  engine::Engine& engine;
  Hub& hub;
  Workers& workers;
  PastStates& past;
  Metrics& metrics;
  const Config& config;
  OrderCache& orders;
  std::shared_ptr<const steps::Tokenizers> tokenizers;
  steps::llm::Client& models;
  steps::traces::Collector& traces;
  steps::traces::SourcePuller& trace_sources;
  std::uint64_t& trace_bytes;  // of exports being taken in; the api thread's
  steps::Outside outside;
  std::string durability;  // as every answer about a dataset names it
};

struct Identity {
  std::string actor = "local";
  Role role = Role::admin;
};

struct Call {
  const Services* services = nullptr;
  Request request;
  Identity identity;
  std::string id;                             // of this request
  std::optional<schemas::DatasetId> dataset;  // where the route names one
  engine::StatePtr state;                     // of it: at head, or where ?at= points
  schemas::Position head = 0;                 // of it
  bool in_past = false;                       // ?at= was given
};

using Read = Result<Reply> (*)(const Call&);

using Wish = std::variant<engine::Command, engine::CreateDataset, engine::ForkDataset>;
// `prepare` runs on a worker. `answer` renders from `state`, which is the dataset right after the command; it
// gives the same bytes again when the request is repeated with its Idempotency-Key.
struct Write {
  Result<Wish> (*prepare)(const Call&);
  Result<Reply> (*answer)(const Call&, const engine::Answer&, const engine::DatasetState& state);
  // Once, on the api thread, when the command has been carried out: what it sets going.
  void (*afterwards)(const Call&, const engine::Answer&, const boost::asio::any_io_executor&) = nullptr;
};

// A write that says with ?preview=true what it would do.
struct Previewed {
  Read preview;  // runs on a worker, with the whole body
  Write write;
};

// Where a Read runs.
enum class On : std::uint8_t { api, worker };

// The record, run or topic that a path names; not_found says where there is none.
Result<std::uint64_t> record_in_path(const Call& call);
Result<const engine::Run*> run_in_path(const Call& call);

}  // namespace api
