package io.parlance.samples.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.parlance.Aggregation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of requests: the lines that the command line reads, with the name of the instance that is
 * to answer. What is left out is as the model's files say.
 */
sealed interface TaskRequest {
  /** Name of an instance under {@code parlance.instances}; null for the default one. */
  @Nullable String model();

  record Classify(
      @Nullable String text,
      @Nullable String textPair,
      @Nullable String model,
      @Nullable ClassifyOptions options)
      implements TaskRequest {}

  /** With labels of one's own the model must have been trained on natural language inference. */
  record ClassifyOptions(
      @Nullable Integer topK, @Nullable List<String> labels, @Nullable Boolean multiLabel) {}

  record Entities(@Nullable String text, @Nullable String model, @Nullable EntitiesOptions options)
      implements TaskRequest {}

  record EntitiesOptions(@Nullable AggregationName aggregation) {}

  record Answer(
      @Nullable String question,
      @Nullable String context,
      @Nullable String model,
      @Nullable AnswerOptions options)
      implements TaskRequest {}

  record AnswerOptions(@Nullable Integer topK, @Nullable Boolean handleImpossibleAnswer) {}

  record FillMask(@Nullable String text, @Nullable String model, @Nullable TopK options)
      implements TaskRequest {}

  record TopK(@Nullable Integer topK) {}

  record Embed(@Nullable String text, @Nullable String model) implements TaskRequest {}

  record Similarity(@Nullable String text, @Nullable String other, @Nullable String model)
      implements TaskRequest {}

  record Rank(@Nullable String query, @Nullable List<String> documents, @Nullable String model)
      implements TaskRequest {}

  record Translate(
      @Nullable String text, @Nullable String model, @Nullable TranslateOptions options)
      implements TaskRequest {}

  record TranslateOptions(
      @Nullable String from,
      @Nullable String to,
      @Nullable Integer numBeams,
      @Nullable Integer maxNewTokens) {}

  /** To summarize, or for text-to-text. */
  record Write(@Nullable String text, @Nullable String model, @Nullable WriteOptions options)
      implements TaskRequest {}

  record WriteOptions(@Nullable Integer numBeams, @Nullable Integer maxNewTokens) {}

  record Generate(
      @Nullable String prompt, @Nullable String model, @Nullable GenerateOptions options)
      implements TaskRequest {}

  record GenerateOptions(
      @Nullable Integer maxNewTokens,
      @Nullable Boolean doSample,
      @Nullable Double temperature,
      @Nullable Integer topK,
      @Nullable Double topP,
      @Nullable Long seed,
      @Nullable Integer numBeams,
      @Nullable List<String> stopStrings) {}

  /** {@link Aggregation} as JSON spells it. */
  enum AggregationName {
    @JsonProperty("none")
    NONE,
    @JsonProperty("simple")
    SIMPLE,
    @JsonProperty("first")
    FIRST,
    @JsonProperty("average")
    AVERAGE,
    @JsonProperty("max")
    MAX;

    Aggregation value() {
      return Aggregation.valueOf(name());
    }
  }
}
