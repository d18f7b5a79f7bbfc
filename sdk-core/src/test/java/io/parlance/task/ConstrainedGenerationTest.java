package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.parlance.FinishReason;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models with random weights are held to constraints, by every search. */
class ConstrainedGenerationTest {
  private static final List<String> PROMPTS = List.of("Peter Smith lives in", "I think", "Maria");
  private static final String SCHEMA =
      """
      {"type": "object",
       "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0},
                      "tags": {"type": "array", "items": {"enum": ["a", "b"]}}},
       "required": ["name", "age"]}\
      """;

  static Stream<String> strategies() {
    return Stream.of(
        "{}",
        "{\"do_sample\":true,\"seed\":7,\"num_return_sequences\":3,\"top_k\":5,\"temperature\":1.5}",
        "{\"num_beams\":4,\"num_return_sequences\":2}",
        "{\"num_beams\":4,\"num_beam_groups\":2,\"diversity_penalty\":0.5}",
        "{\"num_beams\":3,\"do_sample\":true,\"seed\":3}",
        "{\"guidance_scale\":1.7}",
        "{\"prompt_lookup_num_tokens\":3}",
        "{\"repetition_penalty\":1.5,\"no_repeat_ngram_size\":1,\"min_new_tokens\":20}",
        "{\"suppress_tokens\":[90,92,1,25],\"renormalize_logits\":true,\"top_p\":0.3,\"do_sample\":true}");
  }

  private static TextGenerator generator(Nlp nlp, String options) {
    return nlp.generator()
        .with(GenerationOptions.parse(JsonParser.parseString(options).getAsJsonObject()));
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void everyAnswerConforms(String options) {
    JsonSchema validator =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SCHEMA);
    Pattern pattern = Pattern.compile("[A-Z]\\w{2,8}(, \\w+)*\\.");
    for (String model : List.of("gpt2-with-past", "llama-gqa-merged")) {
      try (Nlp nlp = Nlp.builder().generator(TestModels.folder(model)).build()) {
        for (int most : new int[] {22, 40}) {
          TextGenerator generator = generator(nlp, options).maxNewTokens(most);
          for (GeneratedText each : all(generator.jsonSchema(SCHEMA), most)) {
            assertThat(validator.validate(each.text(), InputFormat.JSON)).as(each.text()).isEmpty();
          }
          for (GeneratedText each : all(generator.matching(pattern), most)) {
            assertThat(each.text()).matches(pattern);
          }
          for (GeneratedText each : all(generator.choices("yes", "no", "not at all"), most)) {
            assertThat(each.text()).isIn("yes", "no", "not at all");
          }
        }
      }
    }
  }

  /** The answers to all prompts. */
  private static List<GeneratedText> all(TextGenerator generator, int most) {
    List<GeneratedText> all = new ArrayList<>();
    List<Generation> together = generator.generate(PROMPTS);
    for (Generation each : together) {
      all.addAll(each.sequences());
    }
    for (GeneratedText each : all) {
      assertThat(each.tokenIds()).hasSizeBetween(1, most);
      assertThat(each.finishReason())
          .isIn(FinishReason.END_TOKEN, FinishReason.LENGTH, FinishReason.CONDITION);
    }
    return all;
  }

  @Test
  void aBatchGivesWhatEachGivesByItselfAndAStreamThePieces() {
    for (String model : List.of("gpt2-with-past", "llama-gqa-merged", "t5-encoder-decoder")) {
      try (Nlp nlp = Nlp.builder().generator(TestModels.folder(model)).build()) {
        TextGenerator generator = nlp.generator().maxNewTokens(20).matching("[A-Z]?[a-z ]{3,}\\.?");
        List<Generation> together = generator.generate(PROMPTS);
        for (int i = 0; i < PROMPTS.size(); i++) {
          Generation alone = generator.generate(PROMPTS.get(i));
          assertThat(alone.text()).matches("[A-Z]?[a-z ]{3,}\\.?");
          assertThat(together.get(i)).isEqualTo(alone);
          try (Stream<String> pieces = generator.stream(PROMPTS.get(i))) {
            assertThat(pieces.collect(Collectors.joining())).isEqualTo(alone.text());
          }
        }
      }
    }
  }

  @Test
  void beamsFindEveryChoiceTheLikeliestFirst() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      Generation found =
          nlp.generator().beams(4).sequences(3).choices("a", "b", "c").generate("I think");
      assertThat(found.sequences().stream().map(GeneratedText::text))
          .containsExactlyInAnyOrder("a", "b", "c");
      List<Double> scores = found.sequences().stream().map(GeneratedText::score).toList();
      assertThat(scores).isSortedAccordingTo((one, other) -> Double.compare(other, one));
    }
  }

  @Test
  void refusesWhatCannotBe() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      TextGenerator generator = nlp.generator();
      assertThatThrownBy(() -> generator.matching("(a)\\1"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the reference to a group at 3");
      assertThatThrownBy(() -> generator.jsonSchema("{\"not\": {}}"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the keyword 'not' cannot be enforced");
      assertThatThrownBy(() -> generator.jsonSchema("{"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("json_schema is no JSON");
      assertThatThrownBy(generator::choices)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("choices must be");
      assertThatThrownBy(() -> generator.maxNewTokens(5).jsonSchema(SCHEMA).generate("I"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the JSON schema cannot be met with 5 new tokens");
      assertThatThrownBy(() -> generator.choices("a").stopStrings("b").generate("I"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("leave out stop_strings");
      assertThatThrownBy(
              () -> generator.choices("a").with(GenerationOption.PENALTY_ALPHA, 0.6).generate("I"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("contrastive search, which cannot be held to choices");
      assertThatThrownBy(
              () -> generator.choices("a").with(GenerationOption.REGEX, "a").generate("I"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("one of choices, regex and json_schema");
    }
  }

  @Test
  void timeThatIsOverIsTold() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      Generation cut =
          nlp.generator()
              .with(GenerationOption.MAX_TIME, 1e-9)
              .maxNewTokens(40)
              .jsonSchema(SCHEMA)
              .generate("I think");
      assertThat(cut.finishReason()).isEqualTo(FinishReason.TIME);
    }
  }
}
