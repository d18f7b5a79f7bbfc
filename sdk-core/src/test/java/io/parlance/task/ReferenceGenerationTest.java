package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.generation.GenerationOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens and scores of {@code generate()} of transformers, for every layout of graphs. */
class ReferenceGenerationTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt2-with-past", "gpt2-decoder-pair", "llama-gqa-merged", "t5-encoder-decoder"})
  void givesTheSequencesOfTheReference(String name) throws IOException {
    JsonObject reference = TestModels.json(name, "generate.json");
    JsonObject generate = reference.getAsJsonObject("generate");
    boolean encoder = !reference.get("decoder_start_token_id").isJsonNull();
    int padding = reference.get("pad_token_id").getAsInt();
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder(name)).build()) {
      for (JsonElement element : generate.getAsJsonArray("cases")) {
        JsonObject each = element.getAsJsonObject();
        JsonObject input =
            generate.getAsJsonObject("inputs").getAsJsonObject(each.get("input").getAsString());
        GenerationOptions options = GenerationOptions.parse(each.getAsJsonObject("kwargs"));
        List<Generation> generations =
            nlp.generator().with(options).generateFromTokens(prompts(input));
        int skipped =
            encoder ? 1 : input.getAsJsonArray("input_ids").get(0).getAsJsonArray().size();
        List<GeneratedText> sequences =
            generations.stream().flatMap(found -> found.sequences().stream()).toList();
        List<JsonElement> expected = each.getAsJsonArray("sequences").asList();
        assertThat(sequences).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
          List<Integer> tokens = ints(expected.get(i));
          assertThat(trimmed(sequences.get(i).tokenIds(), padding))
              .as("%s %s, sequence %d", name, each.get("setting"), i)
              .isEqualTo(trimmed(tokens.subList(skipped, tokens.size()), padding));
          if (each.has("sequences_scores") && !each.get("sequences_scores").isJsonNull()) {
            assertThat(sequences.get(i).score())
                .isCloseTo(
                    each.getAsJsonObject("sequences_scores")
                        .getAsJsonArray("data")
                        .get(i)
                        .getAsDouble(),
                    within(TOLERANCE));
          }
        }
      }
    }
  }

  private static List<int[]> prompts(JsonObject input) {
    List<int[]> prompts = new ArrayList<>();
    for (int row = 0; row < input.getAsJsonArray("input_ids").size(); row++) {
      List<Integer> ids = ints(input.getAsJsonArray("input_ids").get(row));
      List<Integer> mask = ints(input.getAsJsonArray("attention_mask").get(row));
      List<Integer> real = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        if (mask.get(i) != 0) {
          real.add(ids.get(i));
        }
      }
      prompts.add(real.stream().mapToInt(Integer::intValue).toArray());
    }
    return prompts;
  }

  private static List<Integer> ints(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsInt).toList();
  }

  private static List<Integer> trimmed(List<Integer> tokens, int padding) {
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1) == padding) {
      end--;
    }
    return tokens.subList(0, end);
  }
}
