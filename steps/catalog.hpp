// The steps the engine can run, and what they share. A new step is one file, its declaration here and its
// line in catalog(). Pure wiring; runs once, on the main thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/step.hpp"
#include "steps/embedders.hpp"
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

// The encodings a dataset may name; any thread. The default one is loaded at once, the others (10 MB each)
// when a dataset first names them.
class Tokenizers {
 public:
  // An Error names the file that is missing and how to get it.
  [[nodiscard]] static schemas::Result<Tokenizers> load(const std::filesystem::path& asset_dir);
  // The named one; o200k_base when the name is unknown (settings are checked before they become events).
  // An Error as load() has, for a file that was damaged or removed since.
  [[nodiscard]] schemas::Result<const text::Tokenizer*> get(const std::string& name) const;

 private:
  struct OnFirstUse;
  std::shared_ptr<OnFirstUse> by_name_;
};

engine::StepKind validate(std::shared_ptr<const Tokenizers> tokenizers);
engine::StepKind find_topics(std::shared_ptr<const Embedders> embedders, const Outside& outside);
engine::StepKind categorize(std::shared_ptr<const Embedders> embedders, const Outside& outside);
engine::StepKind measure_coverage();
engine::StepKind dry_run(const Outside& outside);
engine::StepKind generate_records(const Outside& outside);

// Import has no entry: its input is a connection, not the state (see import_lines.hpp).
engine::StepCatalog catalog(const std::shared_ptr<const Tokenizers>& tokenizers,
                            const std::shared_ptr<const Embedders>& embedders, const Outside& outside);

}  // namespace steps
