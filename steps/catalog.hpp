// The steps the engine can run, and what they share. A new step is one file, its declaration here and its
// line in catalog(). Pure wiring; runs once, on the main thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "engine/step.hpp"
#include "steps/text/tokenizer.hpp"

namespace steps {

namespace llm {
class Models;
}
namespace script {
class ScriptPool;
}

// Who outside of this process is asked. A step that needs what is not there says so, and what to configure.
struct Outside {
  script::ScriptPool* scripts = nullptr;
  llm::Models* models = nullptr;
};

// The encodings a dataset may name, loaded once; read from many threads.
class Tokenizers {
 public:
  // An Error names the file that is missing and how to get it.
  [[nodiscard]] static schemas::Result<Tokenizers> load(const std::filesystem::path& asset_dir);
  // The named one; o200k_base when the name is unknown (settings are checked before they become events).
  [[nodiscard]] const text::Tokenizer& get(const std::string& name) const;

 private:
  std::map<std::string, text::Tokenizer> by_name_;
};

engine::StepKind validate(std::shared_ptr<const Tokenizers> tokenizers);
engine::StepKind find_topics();
engine::StepKind categorize();
engine::StepKind measure_coverage();
engine::StepKind dry_run(const Outside& outside);

// Import has no entry: its input is a connection, not the state (see import_lines.hpp).
engine::StepCatalog catalog(const std::shared_ptr<const Tokenizers>& tokenizers, const Outside& outside);

}  // namespace steps
