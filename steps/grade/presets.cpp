#include <array>

#include "steps/grade/grader.hpp"

namespace steps::grade {

namespace {

constexpr std::string_view correctness = R"(You grade an answer for correctness.

Question:
{{ item.user_message }}

Reference answer:
{{ item.reference_answer }}

Answer to grade:
{{ sample.output_text }}

Compare the answer with the reference. What matters is whether it says the same, not how it says it; what it says
beyond the reference counts against it only where it is wrong.
1.0: everything the reference says, and nothing wrong. 0.7: right, with a minor omission or slip. 0.4: partly right.
0.1: a wrong answer with something true in it. 0.0: wrong, empty or evasive.
Give your reasoning in one or two sentences, then the score.)";

constexpr std::string_view tool_usage = R"(You grade how an assistant uses its tools.

Conversation:
{{ item.messages }}

Tools it has:
{{ item.tools }}

What it answered:
{{ sample.output_text }}

Tool calls it made:
{{ sample.output_tools }}

Judge three things: whether a call was needed here, whether the right tools were chosen, and whether the arguments
follow from the conversation and fit the tools' parameters.
1.0: all three right. 0.7: the right tool with a small flaw in the arguments. 0.4: a fitting tool, but important arguments
missing or made up. 0.1: a wrong tool. 0.0: a call where none was needed, or none where one was.
Give your reasoning in one or two sentences, then the score.)";

constexpr std::string_view format_compliance =
    R"(You grade whether an answer keeps to the form it was asked for. Do not judge whether its
content is true.

Conversation, with the instructions about form:
{{ item.messages }}

Answer to grade:
{{ sample.output_text }}

Look for every instruction about form: language, length, structure, headings, lists, JSON or other syntax, what must or
must not appear. The score is the share of them that the answer follows; if it breaks one that makes it
unusable, such as syntax that does not parse, give 0. If there are no such instructions, give 1.
Give your reasoning in one or two sentences, then the score.)";

constexpr std::string_view conciseness =
    R"(You grade whether an answer is as short as it can be while it still answers.

Question:
{{ item.user_message }}

Answer to grade:
{{ sample.output_text }}

Look for what could go without loss: repetition, restating the question, announcements, apologies, hedging, closing
phrases, detail nobody asked for.
1.0: nothing could go. 0.7: a sentence could. 0.4: a third could. 0.1: most of it could. 0.0: it is empty, or does not
answer the question at all.
Give your reasoning in one or two sentences, then the score.)";

constexpr std::array<Preset, 4> all{
    {{"correctness", "Correctness", "Compares the answer with the record's reference_answer.", correctness},
     {"tool_usage", "Tool usage", "Whether the right tools are called with the right arguments.", tool_usage},
     {"format_compliance", "Format compliance", "Whether the answer has the form that was asked for.",
      format_compliance},
     {"conciseness", "Conciseness", "Whether the answer is as short as it can be.", conciseness}}};

}  // namespace

std::span<const Preset> presets() {
  return all;
}

}  // namespace steps::grade
