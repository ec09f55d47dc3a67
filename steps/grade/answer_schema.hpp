// The JSON schemas that models which grade must answer by. Internal to steps/grade; pure.
#pragma once

#include <string>
#include <vector>

namespace steps::grade {

// {steps: [{description, conclusion}], result: number}, as OpenAI's score_model asks for.
[[nodiscard]] std::string score_schema();
// The same with one of the labels as result.
[[nodiscard]] std::string label_schema(const std::vector<std::string>& labels);
// {reasoning, score}
[[nodiscard]] std::string judgement_schema();

}  // namespace steps::grade
