#include "steps/traces/assemble.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "steps/traces/call_fields.hpp"
#include "steps/traces/message_events.hpp"

namespace steps::traces {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
// Real traces stay far below; whoever nests deeper costs us no more than this a span.
constexpr std::size_t merged_spans_max = 64;

using SpanKey = std::pair<std::string_view, std::string_view>;  // trace, span
struct SpanKeyHash {
  std::size_t operator()(const SpanKey& key) const {
    return std::hash<std::string_view>{}(key.first) * 31 + std::hash<std::string_view>{}(key.second);
  }
};

// A span and what is known of it so far.
struct Node {
  const Span* span = nullptr;
  std::size_t parent = none;  // another node; none also where the parent's span has not come
  std::size_t depth = 0;
  std::size_t call_above = none;  // the nearest span around it that is a call
  Call context = {};              // session, thread, run, user and labels, its own and of the spans around it
  std::optional<Call> call = {};
  bool wraps = false;
  std::size_t outers = 0;  // spans around it that were merged into it
  Problem why = Problem::not_a_call;
  std::vector<const LogRecord*> records = {};
};

bool has_texts(const Call& call) {
  return !call.prompt.empty() || call.output;
}

const Dialect* dialect_of(Source& source, const Span& span, Problem& why) {
  for (const Dialect* dialect : span_dialects()) {
    if (!matches(source, span.name, dialect->marks)) continue;
    if (matches(source, span.name, dialect->not_calls)) return nullptr;
    return dialect;
  }
  const bool looks_like_one = source.has("gen_ai.*") || source.has("llm.*");
  why = looks_like_one ? Problem::unknown_dialect : Problem::not_a_call;
  return nullptr;
}

void read_call(Node& node) {
  const Span& span = *node.span;
  AttributeSource source(span.attributes);
  const Dialect* dialect = dialect_of(source, span, node.why);
  if (dialect == nullptr) return;
  Call& call = node.call.emplace();
  call.dialect = dialect->name;
  call.trace_id = span.trace_id;
  call.span_id = span.span_id;
  call.span_ids = {span.span_id};
  call.start_ns = span.start_ns;
  call.end_ns = span.end_ns;
  call.failed = span.status == SpanStatus::error;
  read_fields(*dialect, source, call);
  read_span_events(span.events, call);
  read_log_records(node.records, call);
  if (call.failed) read_exception(span.events, call);
  if (call.failed && !span.status_message.empty()) call.error = span.status_message;
  node.wraps = matches(source, span.name, dialect->wrappers);
}

class Assembler {
 public:
  Assembler(std::span<const Span> spans, std::span<const LogRecord> records) {
    for (const Span& span : spans) {
      const auto [at, is_new] = index_.try_emplace({span.trace_id, span.span_id}, nodes_.size());
      if (is_new) nodes_.push_back({.span = &span});
    }
    for (const LogRecord& record : records) {
      if (!is_call_event(record.event_name)) continue;
      const auto found = index_.find({record.trace_id, record.span_id});
      if (found == index_.end()) {
        ++assembled_.records_waiting;
      } else {
        nodes_[found->second].records.push_back(&record);
      }
    }
  }

  Assembled run() {
    for (Node& node : nodes_) {
      const auto found = index_.find({node.span->trace_id, node.span->parent_span_id});
      if (found != index_.end()) node.parent = found->second;
      read_call(node);
    }
    find_depths();
    merge();
    collect();
    return std::move(assembled_);
  }

 private:
  // Depths, contexts, and the call around each span; ancestors first. A parent that leads back to its own
  // child is forgotten.
  void find_depths() {
    enum class Visit : std::uint8_t { none, open, done };
    std::vector<Visit> visits(nodes_.size(), Visit::none);
    std::vector<std::size_t> path;
    for (std::size_t start = 0; start < nodes_.size(); ++start) {
      for (std::size_t at = start; at != none && visits[at] == Visit::none; at = nodes_[at].parent) {
        visits[at] = Visit::open;
        path.push_back(at);
        const std::size_t parent = nodes_[at].parent;
        if (parent != none && visits[parent] == Visit::open) nodes_[at].parent = none;
      }
      for (; !path.empty(); path.pop_back()) {
        Node& node = nodes_[path.back()];
        visits[path.back()] = Visit::done;
        take_context(node, node.parent == none ? nullptr : &nodes_[node.parent]);
        if (node.parent == none) continue;
        node.depth = nodes_[node.parent].depth + 1;
        node.call_above = nodes_[node.parent].call ? node.parent : nodes_[node.parent].call_above;
      }
    }
  }

  // What the span says of its session, user and labels, and what it does not say from the span around it.
  static void take_context(Node& node, const Node* parent) {
    Call& context = node.context;
    AttributeSource source(node.span->attributes);
    read_context(source, context);
    if (parent != nullptr) fill_context(context, parent->context);
    if (node.call) fill_context(*node.call, context);
  }

  static void fill_context(Call& call, const Call& from) {
    fill(call.session, from.session);
    fill(call.thread, from.thread);
    fill(call.run, from.run);
    fill(call.user, from.user);
    for (const std::string& label : from.labels) add_label(call, label);
  }

  // From the inside to the outside, so that what has been merged meets the next span around it.
  void merge() {
    std::vector<std::size_t> calls;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].call) calls.push_back(i);
    }
    std::unordered_map<std::size_t, std::vector<std::size_t>> inner_of;
    std::ranges::sort(calls, std::ranges::greater{},
                      [this](std::size_t i) { return std::pair(nodes_[i].depth, i); });
    for (const std::size_t at : calls) {
      const auto inner = inner_of.find(at);
      const bool gives_way = inner != inner_of.end() && merge_into_inner(at, inner->second);
      const std::size_t above = nodes_[at].call_above;
      if (above == none) continue;
      const std::vector<std::size_t> below = gives_way ? inner->second : std::vector{at};
      for (const std::size_t i : below) {
        if (nodes_[i].outers < merged_spans_max) inner_of[above].push_back(i);
      }
    }
  }

  // True: `outer` is no call of its own.
  bool merge_into_inner(std::size_t at, std::vector<std::size_t>& inner) {
    Call& outer = *nodes_[at].call;
    if (inner.size() > 1 && has_texts(outer) &&
        std::ranges::none_of(inner, [&](std::size_t i) { return has_texts(*nodes_[i].call); })) {
      for (const std::size_t i : inner) drop_inner(i, outer);
      inner.clear();
      return false;
    }
    const auto same = [&](std::size_t i) {
      const Call& call = *nodes_[i].call;
      return !call.output || !outer.output || *call.output == *outer.output;
    };
    if (!nodes_[at].wraps && std::ranges::none_of(inner, same)) return false;
    // An id that two calls had would make each pass for the other.
    Call& heir = *nodes_[heir_of(outer, inner)].call;
    heir.span_ids.insert(heir.span_ids.end(), outer.span_ids.begin(), outer.span_ids.end());
    for (const std::size_t i : inner) {
      merge_calls(*nodes_[i].call, outer, inner.size() == 1);
      ++nodes_[i].outers;
    }
    nodes_[at].call.reset();
    merged_[at] = true;
    return true;
  }

  // Which of the calls within a span it stands for: the one whose answer it repeats, else the last.
  [[nodiscard]] std::size_t heir_of(const Call& outer, const std::vector<std::size_t>& inner) const {
    const auto rank = [&](std::size_t i) {
      const Call& call = *nodes_[i].call;
      return std::tuple(call.output && call.output == outer.output, call.start_ns, i);
    };
    return *std::ranges::max_element(inner, {}, rank);
  }

  void drop_inner(std::size_t i, Call& outer) {
    outer.span_ids.insert(outer.span_ids.end(), nodes_[i].call->span_ids.begin(),
                          nodes_[i].call->span_ids.end());
    nodes_[i].call.reset();
    nodes_[i].why = Problem::told_by_outer;
  }

  static void fill(std::string& field, const std::string& from) {
    if (field.empty()) field = from;
  }
  template <class T>
  static void fill(std::optional<T>& field, const std::optional<T>& from) {
    if (!field) field = from;
  }

  static void merge_calls(Call& inner, const Call& outer, bool only_one) {
    fill(inner.provider, outer.provider);
    fill_context(inner, outer);
    fill(inner.model_asked, outer.model_asked);
    if (!only_one) return;  // the rest is of all of them together
    // A prompt without texts of its own comes with all that belongs to it.
    if (inner.prompt.empty()) inner.prompt = outer.prompt;
    fill(inner.output, outer.output);
    fill(inner.model_used, outer.model_used);
    fill(inner.tools, outer.tools);
    fill(inner.tool_choice, outer.tool_choice);
    fill(inner.finish_reason, outer.finish_reason);
    fill(inner.tokens_in, outer.tokens_in);
    fill(inner.tokens_out, outer.tokens_out);
    fill(inner.tokens_cached, outer.tokens_cached);
    fill(inner.tokens_reasoning, outer.tokens_reasoning);
    fill(inner.cost_usd, outer.cost_usd);
    fill(inner.first_token_ns, outer.first_token_ns);
    if (inner.failed) fill(inner.error, outer.error);
  }

  void collect() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      if (node.call) {
        if (!has_texts(*node.call)) add_problem(node.call->problems, Problem::no_messages, "");
        if (!node.call->failed) node.call->error.clear();
        std::sort(node.call->span_ids.begin() + 1, node.call->span_ids.end());
        assembled_.calls.push_back(std::move(*node.call));
      } else if (!merged_.contains(i)) {
        assembled_.others.push_back({node.span->trace_id, node.span->span_id, node.why});
      }
    }
    std::ranges::sort(assembled_.calls, {},
                      [](const Call& call) { return std::tie(call.start_ns, call.trace_id, call.span_id); });
  }

  std::vector<Node> nodes_;
  std::unordered_map<SpanKey, std::size_t, SpanKeyHash> index_;
  std::unordered_map<std::size_t, bool> merged_;
  Assembled assembled_;
};

}  // namespace

Assembled assemble(std::span<const Span> spans, std::span<const LogRecord> records) {
  return Assembler(spans, records).run();
}

}  // namespace steps::traces
