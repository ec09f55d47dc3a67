// Compiled without RTTI, as V8 is: its classes have none to derive from.
#include "steps/script/javascript.hpp"

#include <libplatform/libplatform.h>
#include <v8.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "steps/script/prelude.hpp"

namespace steps::script {

namespace {

const std::string strict = "'use strict';";  // before the source, on its first line

constexpr std::size_t text_bytes_max = 16U << 10U;  // of a reason or a message

std::string utf8(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  const v8::String::Utf8Value text(isolate, value);
  if (*text == nullptr) return {};
  return {*text, std::min<std::size_t>(static_cast<std::size_t>(text.length()), text_bytes_max)};
}

// JSON texts are ASCII more often than not, and one-byte strings are parsed and kept at half the cost.
v8::MaybeLocal<v8::String> to_string(v8::Isolate* isolate, std::string_view text) {
  const int size = static_cast<int>(text.size());
  const bool ascii =
      std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 128; });
  if (ascii) {
    return v8::String::NewFromOneByte(isolate, reinterpret_cast<const std::uint8_t*>(text.data()),
                                      v8::NewStringType::kNormal, size);
  }
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal, size);
}

// Buffers are outside the heap's limit, so they have a budget of their own; over it, a script gets a
// RangeError.
class CappedAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  explicit CappedAllocator(std::size_t budget) : left_(budget) {}
  void* Allocate(std::size_t size) override {
    return take(size) ? std::calloc(std::max<std::size_t>(size, 1), 1) : nullptr;
  }
  void* AllocateUninitialized(std::size_t size) override { return Allocate(size); }
  void Free(void* data, std::size_t size) override {
    std::free(data);
    left_ += size;
  }

 private:
  bool take(std::size_t size) {
    if (size > left_) return false;
    left_ -= size;
    return true;
  }
  std::size_t left_;
};

// xoshiro256** 1.0 (Blackman and Vigna), seeded by splitmix64.
class Random {
 public:
  void seed(std::uint64_t seed, std::uint64_t number) {
    std::uint64_t state = seed ^ (number * 0x9e3779b97f4a7c15U);
    for (auto& word : words_) {
      std::uint64_t mixed = (state += 0x9e3779b97f4a7c15U);
      mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
      word = mixed ^ (mixed >> 31U);
    }
  }
  double uniform() {
    const std::uint64_t word = rotate(words_[1] * 5, 7) * 9;
    const std::uint64_t shifted = words_[1] << 17U;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = rotate(words_[3], 45);
    return static_cast<double>(word >> 11U) * 0x1.0p-53;
  }

 private:
  static std::uint64_t rotate(std::uint64_t word, unsigned by) { return (word << by) | (word >> (64U - by)); }
  std::array<std::uint64_t, 4> words_{};
};

}  // namespace

struct JavaScript::Impl {
  std::unique_ptr<v8::Platform> platform;
  std::unique_ptr<CappedAllocator> buffers;
  v8::Isolate* isolate = nullptr;
  std::size_t heap_limit = 0;
  v8::Global<v8::Context> context;
  v8::Global<v8::Function> factory;
  v8::Global<v8::Function> is_intact;
  Setting setting;
  std::string source;
  Random random;
  std::string console;
  bool out_of_memory = false;

  v8::Local<v8::Context> new_context();
  ScriptError compile(v8::Local<v8::Context> scope);
  ScriptError error_of(v8::Local<v8::Context> scope, const v8::TryCatch& caught);
  bool call_script(v8::Local<v8::Context> scope, std::string_view sample, std::string_view item,
                   Result& result);
  void read_result(v8::Local<v8::Context> scope, v8::Local<v8::Value> value, Result& result);
  void recover();
  void keep_apart(v8::Local<v8::Context> scope, Result& result);

  static std::size_t near_limit(void* self, std::size_t current, std::size_t initial);
  static void log(const v8::FunctionCallbackInfo<v8::Value>& call);
  static void next_random(const v8::FunctionCallbackInfo<v8::Value>& call);
};

// Ends the script and lends it the room to come to an end in.
std::size_t JavaScript::Impl::near_limit(void* self, std::size_t current, std::size_t initial) {
  auto* impl = static_cast<Impl*>(self);
  impl->out_of_memory = true;
  impl->isolate->TerminateExecution();
  return std::max(current, initial) + (32U << 20U);
}

void JavaScript::Impl::log(const v8::FunctionCallbackInfo<v8::Value>& call) {
  auto* impl = static_cast<Impl*>(call.Data().As<v8::External>()->Value());
  if (impl->console.size() >= impl->setting.console_bytes || call.Length() == 0) return;
  impl->console += utf8(impl->isolate, call[0]);
  impl->console += '\n';
  if (impl->console.size() > impl->setting.console_bytes) {
    impl->console.resize(impl->setting.console_bytes);
    impl->console += "\n[more was printed than is kept]";
  }
}

void JavaScript::Impl::next_random(const v8::FunctionCallbackInfo<v8::Value>& call) {
  auto* impl = static_cast<Impl*>(call.Data().As<v8::External>()->Value());
  call.GetReturnValue().Set(impl->random.uniform());
}

v8::Local<v8::Context> JavaScript::Impl::new_context() {
  v8::EscapableHandleScope handles(isolate);
  const auto scope = v8::Context::New(isolate);
  const v8::Context::Scope entered(scope);
  const auto self = v8::External::New(isolate, this);
  const auto text = v8::String::NewFromUtf8(isolate, prelude).ToLocalChecked();
  const auto prepare = v8::Script::Compile(scope, text).ToLocalChecked()->Run(scope).ToLocalChecked();
  std::array<v8::Local<v8::Value>, 3> arguments{v8::Boolean::New(isolate, setting.has_clock),
                                                v8::Function::New(scope, log, self).ToLocalChecked(),
                                                v8::Function::New(scope, next_random, self).ToLocalChecked()};
  const auto check =
      prepare.As<v8::Function>()->Call(scope, v8::Undefined(isolate), 3, arguments.data()).ToLocalChecked();
  is_intact.Reset(isolate, check.As<v8::Function>());
  scope->AllowCodeGenerationFromStrings(false);
  return handles.Escape(scope);
}

ScriptError JavaScript::Impl::error_of(v8::Local<v8::Context> scope, const v8::TryCatch& caught) {
  ScriptError error;
  if (caught.HasTerminated()) {
    error.message = "the script used up its memory";
    return error;
  }
  error.message = utf8(isolate, caught.Exception());
  if (error.message.empty()) error.message = "an exception without a text";
  if (error.message.find("Date is not defined") != std::string::npos)
    error.message += " (a script has no clock unless its limits say has_clock)";
  const auto message = caught.Message();
  if (!message.IsEmpty()) {
    error.line = static_cast<std::uint32_t>(std::max(0, message->GetLineNumber(scope).FromMaybe(0)));
    error.column = static_cast<std::uint32_t>(message->GetStartColumn(scope).FromMaybe(0) + 1);
  }
  return error;
}

// Once as a script, for faults where the author would look for them, then as the body of the function that is
// called for every record.
ScriptError JavaScript::Impl::compile(v8::Local<v8::Context> scope) {
  const v8::TryCatch caught(isolate);
  v8::Local<v8::String> text;
  if (!to_string(isolate, strict + source).ToLocal(&text)) return {"the source is too long", 0, 0};
  const v8::ScriptOrigin origin(isolate, v8::String::NewFromUtf8Literal(isolate, "grader"), 0,
                                -static_cast<int>(strict.size()));
  v8::ScriptCompiler::Source plain(text, origin);
  v8::Local<v8::UnboundScript> checked;
  if (!v8::ScriptCompiler::CompileUnboundScript(isolate, &plain).ToLocal(&checked))
    return error_of(scope, caught);

  const auto body = to_string(isolate, strict + source + epilogue).ToLocalChecked();
  v8::ScriptCompiler::Source whole(body, origin);
  v8::Local<v8::Function> made;
  if (!v8::ScriptCompiler::CompileFunctionInContext(scope, &whole, 0, nullptr, 0, nullptr).ToLocal(&made))
    return error_of(scope, caught);
  factory.Reset(isolate, made);
  return {};
}

bool JavaScript::Impl::call_script(v8::Local<v8::Context> scope, std::string_view sample,
                                   std::string_view item, Result& result) {
  const v8::TryCatch caught(isolate);
  const auto fail = [&](ChildFault fault) {
    result.fault = caught.HasTerminated() ? ChildFault::memory : fault;
    result.error = error_of(scope, caught);
    return false;
  };
  std::array<v8::Local<v8::Value>, 2> arguments;
  std::size_t i = 0;
  for (const auto json : {sample, item}) {
    v8::Local<v8::String> text;
    if (!to_string(isolate, json).ToLocal(&text) || !v8::JSON::Parse(scope, text).ToLocal(&arguments[i++])) {
      fail(ChildFault::exception);
      result.error.message = "the record is no JSON: " + result.error.message;
      return false;
    }
  }
  v8::Local<v8::Value> grader;
  const auto nothing = v8::Undefined(isolate);
  if (!factory.Get(isolate)->Call(scope, nothing, 0, nullptr).ToLocal(&grader))
    return fail(ChildFault::exception);
  if (!grader->IsFunction()) {
    result.fault = ChildFault::exception;
    result.error.message = "expected the script to define grade(sample, item) or evaluate({sample, item})";
    return false;
  }
  v8::Local<v8::Value> value;
  if (!grader.As<v8::Function>()->Call(scope, nothing, 2, arguments.data()).ToLocal(&value))
    return fail(ChildFault::exception);
  read_result(scope, value, result);
  if (caught.HasCaught()) return fail(ChildFault::exception);
  return result.fault == ChildFault::none;
}

void JavaScript::Impl::read_result(v8::Local<v8::Context> scope, v8::Local<v8::Value> value, Result& result) {
  v8::Local<v8::Value> score = value;
  v8::Local<v8::Value> reason;
  const bool is_object =
      value->IsObject() && !value->IsPromise() && !value->IsArray() && !value->IsFunction();
  if (is_object) {
    const auto object = value.As<v8::Object>();
    if (!object->Get(scope, v8::String::NewFromUtf8Literal(isolate, "score")).ToLocal(&score)) return;
    if (!object->Get(scope, v8::String::NewFromUtf8Literal(isolate, "reason")).ToLocal(&reason)) return;
    if (!reason->IsNullOrUndefined()) {
      v8::Local<v8::String> text;
      if (reason->IsObject() && v8::JSON::Stringify(scope, reason).ToLocal(&text)) reason = text;
      result.reason = utf8(isolate, reason);
    }
  }
  result.fault = ChildFault::bad_result;
  const std::string wanted = "expected a number from 0 to 1 or {score, reason}, found ";
  const std::string where = is_object ? "score " : "";
  if (value->IsPromise()) {
    result.error.message = wanted + "a promise; grade must give its result at once, not be async";
  } else if (!score->IsNumber()) {
    const std::string kind = utf8(isolate, score->TypeOf(isolate));
    const bool shown = score->IsString() || score->IsBoolean() || score->IsBigInt();
    const std::string quote = score->IsString() ? "\"" : "";
    result.error.message = wanted + where +
                           (shown ? kind + " " + quote + utf8(isolate, score).substr(0, 100) + quote
                            : score->IsNull()  ? "null"
                            : score->IsArray() ? "an array"
                                               : kind);
  } else {
    result.score = score.As<v8::Number>()->Value();
    if (result.score >= 0 && result.score <= 1) {
      result.fault = ChildFault::none;
    } else {
      result.error.message = wanted + where + utf8(isolate, score);
    }
  }
}

// A record that changed what others share is no good, and the next one gets a new world.
void JavaScript::Impl::keep_apart(v8::Local<v8::Context> scope, Result& result) {
  const v8::TryCatch caught(isolate);
  v8::Local<v8::Value> intact;
  if (is_intact.Get(isolate)->Call(scope, v8::Undefined(isolate), 0, nullptr).ToLocal(&intact) &&
      intact->IsTrue())
    return;
  result.fault = ChildFault::exception;
  result.error = {"TypeError: the script changed RegExp.prototype, which other records would notice", 0, 0};
  context.Reset(isolate, new_context());
  const auto fresh = context.Get(isolate);
  const v8::Context::Scope entered(fresh);
  static_cast<void>(compile(fresh));
}

// After the near-limit callback: the rubbish goes, and the limit is what it was.
void JavaScript::Impl::recover() {
  isolate->CancelTerminateExecution();
  if (!out_of_memory) return;
  isolate->LowMemoryNotification();
  isolate->RemoveNearHeapLimitCallback(near_limit, heap_limit);
  isolate->AddNearHeapLimitCallback(near_limit, this);
  out_of_memory = false;
}

JavaScript::JavaScript(std::uint64_t memory_bytes, bool jit) : impl_(std::make_unique<Impl>()) {
  v8::V8::SetFlagsFromString("--single-threaded --no-expose-wasm --random-seed=1 --hash-seed=1");
  if (!jit) v8::V8::SetFlagsFromString("--jitless");
  impl_->platform = v8::platform::NewSingleThreadedDefaultPlatform();
  v8::V8::InitializePlatform(impl_->platform.get());
  v8::V8::Initialize();
  impl_->buffers = std::make_unique<CappedAllocator>(memory_bytes / 2);
  impl_->heap_limit = memory_bytes;
  v8::Isolate::CreateParams parameters;
  parameters.array_buffer_allocator = impl_->buffers.get();
  parameters.constraints.ConfigureDefaultsFromHeapSize(0, memory_bytes);
  impl_->isolate = v8::Isolate::New(parameters);
  impl_->isolate->Enter();
  impl_->isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  impl_->isolate->AddNearHeapLimitCallback(Impl::near_limit, impl_.get());
  // The first context costs most; made here, it is there when a script comes.
  const v8::HandleScope handles(impl_->isolate);
  impl_->context.Reset(impl_->isolate, impl_->new_context());
}

// The process ends right after: V8 is not taken down.
JavaScript::~JavaScript() {
  impl_->factory.Reset();
  impl_->context.Reset();
  static_cast<void>(impl_.release());
}

ScriptError JavaScript::load(std::string_view source, const Setting& setting) {
  Impl& impl = *impl_;
  const bool same_world = impl.setting.has_clock == setting.has_clock;
  impl.setting = setting;
  impl.source = source;
  const v8::HandleScope handles(impl.isolate);
  if (!same_world || !impl.factory.IsEmpty()) impl.context.Reset(impl.isolate, impl.new_context());
  const auto scope = impl.context.Get(impl.isolate);
  const v8::Context::Scope entered(scope);
  ScriptError error = impl.compile(scope);
  if (!error.message.empty()) return error;
  impl.random.seed(setting.seed, 0);
  // The top level alone: whether it gives something to call.
  const v8::TryCatch caught(impl.isolate);
  v8::Local<v8::Value> grader;
  if (!impl.factory.Get(impl.isolate)
           ->Call(scope, v8::Undefined(impl.isolate), 0, nullptr)
           .ToLocal(&grader)) {
    error = impl.error_of(scope, caught);
  } else if (!grader->IsFunction()) {
    error.message =
        "expected the script to define grade(sample, item) or evaluate({sample, item}), found neither";
  }
  impl.recover();
  return error;
}

void JavaScript::grade(std::string_view sample, std::string_view item, std::uint64_t number, Result& result) {
  Impl& impl = *impl_;
  const v8::HandleScope handles(impl.isolate);
  if (impl.setting.fresh_context) {
    impl.context.Reset(impl.isolate, impl.new_context());
    const auto scope = impl.context.Get(impl.isolate);
    const v8::Context::Scope entered(scope);
    result.error = impl.compile(scope);
  }
  impl.console.clear();
  impl.random.seed(impl.setting.seed, number);
  const auto scope = impl.context.Get(impl.isolate);
  const v8::Context::Scope entered(scope);
  if (!impl.call_script(scope, sample, item, result)) result.score = 0;
  if (impl.out_of_memory) result.fault = ChildFault::memory;
  result.console.swap(impl.console);
  impl.recover();
  impl.keep_apart(scope, result);
}

}  // namespace steps::script
