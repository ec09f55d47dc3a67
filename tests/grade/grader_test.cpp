// Graders from their JSON to scores; models are answered by a script here.
#include "steps/grade/grader.hpp"

#include <catch2/catch.hpp>

#include "steps/grade/example.hpp"

using namespace steps::grade;
using namespace steps;

namespace {

// Gives the same answer to everybody and remembers what it was asked.
class OneAnswer final : public llm::Models {
 public:
  explicit OneAnswer(std::string text) { answer.text = std::move(text); }
  schemas::Result<void> check_model(const std::string& model) const override {
    if (model == "judge") return {};
    return schemas::fail(schemas::ErrorCode::invalid_argument, "a model that is configured",
                         "'" + model + "'");
  }
  std::vector<schemas::Result<llm::ChatAnswer>> chat_all(std::span<const llm::ChatRequest> all,
                                                         const llm::CallOptions&) override {
    requests.assign(all.begin(), all.end());
    return std::vector<schemas::Result<llm::ChatAnswer>>(all.size(), answer);
  }
  schemas::Result<std::vector<std::vector<float>>> embed(const std::string&,
                                                         std::span<const std::string> texts, std::uint32_t,
                                                         const llm::CallOptions&) override {
    std::vector<std::vector<float>> vectors;
    for (const auto& text : texts) vectors.push_back({static_cast<float>(text.size()), 1});
    return vectors;
  }
  llm::ChatAnswer answer;
  std::vector<llm::ChatRequest> requests;
};

Grader grader(const std::string& json) {
  auto parsed = Grader::parse(json);
  INFO((parsed ? "" : parsed.error().message()));
  REQUIRE(parsed);
  return *parsed;
}

schemas::Error refused(const std::string& json) {
  const auto parsed = Grader::parse(json);
  INFO(json);
  REQUIRE_FALSE(parsed);
  REQUIRE(parsed.error().code == schemas::ErrorCode::invalid_argument);
  return parsed.error();
}

const Example paris{
    R"({"output_text":"It is Paris.","output_tools":[]})",
    R"({"reference_answer":"Paris","user_message":"Capital of France?","messages":[],"city":"paris"})", 1};

Graded graded(const std::string& json, const Tools& tools = {}, const Example& example = paris) {
  return grader(json).grade(std::span(&example, 1), tools).front();
}

std::string string_check(const std::string& operation, const std::string& reference) {
  return R"({"type":"string_check","name":"x","input":"{{sample.output_text}}","reference":")" + reference +
         R"(","operation":")" + operation + "\"}";
}

Tools with(OneAnswer& models) {
  return {.scripts = nullptr, .models = &models, .stop = {}, .known = {}};
}

const std::string judge =
    R"({"type":"llm_judge","model":"judge","prompt":"Q: {{item.user_message}} A: {{sample.output_text}}"})";
const std::string score_model =
    R"({"type":"score_model","name":"s","model":"judge","input":[{"role":"user","content":"{{sample.output_text}}"}],"range":[1,5],"pass_threshold":3})";
const std::string label_model =
    R"({"type":"label_model","name":"l","model":"judge","input":[{"role":"user","content":{"type":"input_text","text":"{{sample.output_text}}"}}],"labels":["good","bad"],"passing_labels":["good"]})";

}  // namespace

TEST_CASE("string_check compares as OpenAI says", "[grade][grader]") {
  REQUIRE(graded(string_check("eq", "It is Paris.")).score == 1.0);
  REQUIRE(graded(string_check("eq", "{{item.reference_answer}}")).score == 0.0);
  REQUIRE(graded(string_check("ne", "x")).score == 1.0);
  REQUIRE(graded(string_check("neq", "It is Paris.")).score == 0.0);
  REQUIRE(graded(string_check("like", "{{item.reference_answer}}")).score == 1.0);
  REQUIRE(graded(string_check("like", "{{item.city}}")).score == 0.0);
  REQUIRE(graded(string_check("ilike", "{{item.city}}")).score == 1.0);
}

TEST_CASE("text_similarity has a threshold that decides what passes", "[grade][grader]") {
  const Graded result = graded(
      R"({"type":"text_similarity","name":"x","input":"{{sample.output_text}}","reference":"It is Rome.","evaluation_metric":"rouge_1","pass_threshold":0.9})");
  REQUIRE(result.score == Approx(2.0 / 3));
  REQUIRE(result.passed == false);
  OneAnswer models("");
  const std::string embedded =
      R"({"type":"text_similarity","input":"{{sample.output_text}}","reference":"It is Nimes.","evaluation_metric":"cosine","model":"embedder"})";
  REQUIRE(graded(embedded, with(models)).score == Approx(1));
  REQUIRE(graded(embedded).error.find("no model is configured") == 0);
}

TEST_CASE("a field that is missing gives no score, not 0", "[grade][grader]") {
  const Graded result = graded(string_check("eq", "{{item.answer}}"));
  REQUIRE_FALSE(result.score);
  REQUIRE(result.error.find("expected item.answer, found the fields reference_answer") == 0);
}

TEST_CASE("a judge is asked with the rendered prompt and its score is taken", "[grade][grader]") {
  OneAnswer models(R"({"reasoning":"says it","score":0.75})");
  const Graded result = graded(judge, with(models));
  REQUIRE(result.score == 0.75);
  REQUIRE(result.reason == "says it");
  REQUIRE(result.answers.size() == 1);
  const auto& request = models.requests.at(0);
  REQUIRE(request.messages == R"([{"role":"user","content":"Q: Capital of France? A: It is Paris."}])");
  REQUIRE(request.temperature == 0.0);
  REQUIRE(request.max_tokens == 256U);
  REQUIRE(request.schema.find("\"score\"") != std::string::npos);
  models.answer.text = "```json\n{\"score\": \"0.5\"}\n```";
  REQUIRE(graded(judge, with(models)).score == 0.5);
}

TEST_CASE("whatever a judge says wrong is void", "[grade][grader]") {
  OneAnswer models("");
  const auto error = [&](const std::string& text) {
    models.answer.text = text;
    const Graded result = graded(judge, with(models));
    INFO(text << " " << result.error);
    REQUIRE_FALSE(result.score);
    return result.error;
  };
  REQUIRE(error("") == "the model gave an empty answer");
  REQUIRE(error("I think 0.8").find("a JSON object, found 'I think 0.8'") != std::string::npos);
  REQUIRE(error(R"({"score":7})").find("from 0 to 1, found 7") != std::string::npos);
  REQUIRE(error(R"({"score":null})").find("found null") != std::string::npos);
  REQUIRE(error(R"({"score":"high"})").find("found \"high\"") != std::string::npos);
  REQUIRE(error("[0.5]").find("a JSON object") != std::string::npos);
  REQUIRE(error(R"({"rating":1})").find("found none") != std::string::npos);
  REQUIRE(error(std::string(20U << 20U, 'x')).size() < 400);
  models.answer.finish = llm::Finish::length;
  REQUIRE(error(R"({"score":1})").find("raise max_tokens") != std::string::npos);
  models.answer.finish = llm::Finish::refused;
  models.answer.refusal = "I cannot";
  REQUIRE(error("") == "the model refused: 'I cannot'");
  models.answer.finish = llm::Finish::filtered;
  REQUIRE(error("").find("content filter") != std::string::npos);
}

TEST_CASE("score_model maps its range to 0..1 and keeps the raw score", "[grade][grader]") {
  OneAnswer models(R"({"steps":[{"description":"d","conclusion":"fine"}],"result":4})");
  const Graded result = graded(score_model, with(models));
  REQUIRE(result.score == 0.75);
  REQUIRE(result.raw == 4.0);
  REQUIRE(result.passed == true);
  REQUIRE(result.reason == "fine");
  models.answer.text = R"({"result":9})";
  REQUIRE(graded(score_model, with(models)).raw == 5.0);
  models.answer.text = R"({"result":"much"})";
  REQUIRE(graded(score_model, with(models)).error.find("a number as result, found \"much\"") !=
          std::string::npos);
}

TEST_CASE("label_model scores passing labels", "[grade][grader]") {
  OneAnswer models(R"({"steps":[],"result":"good"})");
  REQUIRE(graded(label_model, with(models)).score == 1.0);
  models.answer.text = R"({"result":"bad"})";
  REQUIRE(graded(label_model, with(models)).score == 0.0);
  models.answer.text = R"({"result":"so-so"})";
  REQUIRE_FALSE(graded(label_model, with(models)).score);
}

TEST_CASE("multi combines its parts by its formula", "[grade][grader]") {
  const auto multi = [](const std::string& formula) {
    return R"({"type":"multi","name":"m","graders":{"a":)" + string_check("like", "Paris") + R"(,"b":)" +
           string_check("eq", "Paris") + R"(,"broken":)" + string_check("eq", "{{item.nothing}}") +
           R"(},"calculate_output":")" + formula + "\"}";
  };
  const Graded result = graded(multi("0.75 * a + 0.25 * b"));
  REQUIRE(result.score == 0.75);
  REQUIRE(result.parts.size() == 3);
  REQUIRE(result.parts[0].score == 1.0);
  REQUIRE_FALSE(result.parts[2].score);
  REQUIRE(graded(multi("a + broken")).error.find("broken: expected item.nothing") == 0);
  REQUIRE(graded(multi("a / b")).error.find("a division by zero") != std::string::npos);
  REQUIRE(graded(multi("a + 1")).error.find("calculate_output to give 0 to 1") != std::string::npos);
  REQUIRE(graded(multi("a * 1.0000000001")).score == 1.0);
  OneAnswer models(R"({"result":4})");
  REQUIRE(graded(R"({"type":"multi","graders":{"s":)" + score_model + R"(},"calculate_output":"s / 8"})",
                 with(models))
              .score == 0.5);
}

TEST_CASE("graders that cannot work are refused with the place", "[grade][grader]") {
  REQUIRE(refused("[]").at.empty());
  REQUIRE(refused("{").message().find("JSON") != std::string::npos);
  REQUIRE(refused("{}").wanted.find("the field type") == 0);
  REQUIRE(refused(R"({"type":"python","source":""})").hint.find("JavaScript") != std::string::npos);
  REQUIRE(refused(R"({"type":"script"})").wanted.find("the field source") == 0);
  REQUIRE(refused(R"({"type":"script","source":"x","sauce":1})").at == "/sauce");
  REQUIRE(refused(R"({"type":"script","source":"x","limits":{"time_ms":0}})").at == "/limits/time_ms");
  REQUIRE(refused(R"({"type":"script","source":")" + std::string((1U << 20U) + 1, 'x') + "\"}").at ==
          "/source");
  REQUIRE(refused(string_check("equals", "x")).at == "/operation");
  REQUIRE(refused(string_check("eq", "{{output}}")).at == "/reference");
  REQUIRE(
      refused(R"({"type":"text_similarity","input":"","reference":"","evaluation_metric":"rouge_9"})").at ==
      "/evaluation_metric");
  REQUIRE(refused(R"({"type":"llm_judge","prompt":"x"})").wanted.find("the field model") == 0);
  REQUIRE(refused(R"({"type":"llm_judge","model":"m"})").wanted.find("a prompt") == 0);
  REQUIRE(refused(R"({"type":"llm_judge","model":"m","preset":"kindness"})")
              .wanted.find("correctness, tool_usage") != std::string::npos);
  REQUIRE(refused(R"({"type":"llm_judge","model":"m","prompt":"x","temperature":3})").at == "/temperature");
  REQUIRE(
      refused(R"({"type":"score_model","model":"m","input":[{"role":"user","content":"x"}],"range":[1,1]})")
          .at == "/range");
  REQUIRE(refused(R"({"type":"score_model","model":"m","input":[{"role":"boss","content":"x"}]})").at ==
          "/input/0/role");
  REQUIRE(
      refused(
          R"({"type":"score_model","model":"m","input":[{"role":"user","content":{"type":"input_image","image_url":"x"}}]})")
          .at == "/input/0/content");
  REQUIRE(
      refused(
          R"({"type":"label_model","model":"m","input":[{"role":"user","content":"x"}],"labels":["a"],"passing_labels":["b"]})")
          .at == "/passing_labels");
  REQUIRE(refused(R"({"type":"multi","graders":{"a":{"type":"multi"}},"calculate_output":"a"})").at ==
          "/graders/a");
  REQUIRE(refused(R"({"type":"multi","graders":{"a":)" + string_check("eq", "x") +
                  R"(},"calculate_output":"a +"})")
              .at == "/calculate_output");
  REQUIRE(refused(R"({"type":"multi","graders":{"1 a":)" + string_check("eq", "x") +
                  R"(},"calculate_output":"1"})")
              .at == "/graders/1 a");
}

TEST_CASE("equal graders have equal text, with defaults and presets in it", "[grade][grader]") {
  const Grader a = grader(R"({"type":"llm_judge","model":"m","preset":"correctness"})");
  REQUIRE(a.json().find("{{ item.reference_answer }}") != std::string::npos);
  REQUIRE(a.json().find(R"("max_tokens":256)") != std::string::npos);
  REQUIRE(grader(a.json()).json() == a.json());
  REQUIRE(grader(R"({"preset":"correctness","model":"m","type":"llm_judge","temperature":0})").json() ==
          a.json());
  for (const auto& json :
       {score_model, label_model, string_check("neq", "{{item.city}}"),
        R"({"type":"multi","graders":{"s":)" + score_model + R"(},"calculate_output":"s / 5"})"})
    REQUIRE(grader(grader(json).json()).json() == grader(json).json());
  REQUIRE(a.title() == "Judge: m");
  REQUIRE(grader(string_check("eq", "")).title() == "Type: string_check");
  REQUIRE(grader(R"({"type":"script","source":"x"})").title() == "Type: JavaScript Script");
}

TEST_CASE("every preset is a judge that parses", "[grade][grader]") {
  REQUIRE(presets().size() == 4);
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    REQUIRE(
        grader(R"({"type":"llm_judge","model":"m","preset":")" + std::string(preset.name) + "\"}").type() ==
        GraderType::llm_judge);
  }
}

TEST_CASE("checking a grader finds models and scripts that are not there", "[grade][grader]") {
  OneAnswer models("");
  REQUIRE(grader(judge).check(with(models)));
  REQUIRE(grader(judge).check({}).error().code == schemas::ErrorCode::blocked);
  const Grader other = grader(R"({"type":"llm_judge","model":"gpt-9","prompt":"x"})");
  REQUIRE(other.check(with(models)).error().at == "/model");
  REQUIRE(other.models() == std::vector<std::string>{"gpt-9"});
  auto pool = script::ScriptPool::make({.program = RFTD_SCRIPT, .workers = 1});
  REQUIRE(pool);
  const Tools tools{.scripts = pool->get(), .models = nullptr, .stop = {}, .known = {}};
  const auto bad = grader(R"({"type":"script","source":"function grade( {"})").check(tools);
  REQUIRE(bad.error().at == "/source");
  REQUIRE(bad.error().found.find("in line 1, column") != std::string::npos);
  const std::string good =
      R"x({"type":"script","source":"const grade = (sample, item) => ({score: 0.5, reason: item.city})"})x";
  REQUIRE(grader(good).check(tools));
  const Graded result = graded(good, tools);
  REQUIRE(result.score == 0.5);
  REQUIRE(result.reason == "paris");
  REQUIRE(graded(R"x({"type":"script","source":"const grade = () => item"})x", tools)
              .error.find("(line 1, column 21)") != std::string::npos);
  REQUIRE(graded(good).error == "there are no script workers");
}

TEST_CASE("records become items and samples", "[grade][example]") {
  text::Scratch scratch;
  const std::string line =
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"Hi"},{"role":"assistant","content":"{\"a\": 1}"}],"reference_answer":"r","big":12345678901234567890})";
  REQUIRE(
      *item_of(line, scratch) ==
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"Hi"}],"reference_answer":"r","big":12345678901234567890,"user_message":"Hi"})");
  REQUIRE(*recorded_sample(line, scratch) ==
          R"({"output_text":"{\"a\": 1}","output_json":{"a": 1},"output_tools":[]})");
  REQUIRE_FALSE(recorded_sample(R"({"messages":[{"role":"user","content":"Hi"}]})", scratch));
  REQUIRE_FALSE(item_of("{]", scratch));
  const auto request =
      request_of(R"({"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function"}]})", scratch);
  REQUIRE(request->messages == R"([{"role":"user","content":"Hi"}])");
  REQUIRE(request->tools == R"([{"type":"function"}])");
  REQUIRE(sample_of("```json\n[1]\n```", "") ==
          R"({"output_text":"```json\n[1]\n```","output_json":[1],"output_tools":[]})");
  REQUIRE(sample_of("```a\n{}\n```\n```\n{}\n```", "").find("output_json") == std::string::npos);
}
