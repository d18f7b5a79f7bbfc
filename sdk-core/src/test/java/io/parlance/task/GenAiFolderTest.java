package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Generation;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.generation.GenerationOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of ONNX Runtime GenAI, whose keys and values are in one tensor for each layer. */
class GenAiFolderTest {
  private static final List<int[]> PROMPTS =
      List.of(new int[] {0, 0, 0, 52}, new int[] {0, 0, 195, 731});

  /** What the tests of ONNX Runtime GenAI expect of this model. */
  private static final List<List<Integer>> EXPECTED =
      List.of(List.of(204, 204, 204, 204, 204, 204), List.of(731, 114, 114, 114, 114, 114));

  @Test
  void givesTheTokensThatGenAiGives() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("genai-gpt2")).build()) {
      TextGenerator generator = nlp.generator().with(GenerationOption.MAX_LENGTH, 10);
      assertThat(generator.generateFromTokens(PROMPTS).stream().map(Generation::tokenIds))
          .containsExactlyElementsOf(EXPECTED);
    }
  }

  @Test
  void batchesBeamsGuessesAndThePromptCacheChangeNothing() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("genai-gpt2")).build()) {
      TextGenerator generator = nlp.generator().maxNewTokens(12).promptCache(false);
      int[] beginning = IntStream.range(0, 40).map(i -> i * 17 % 1000).toArray();
      List<int[]> prompts =
          IntStream.range(0, 6)
              .mapToObj(
                  i -> {
                    int[] prompt = Arrays.copyOf(beginning, 41 + i);
                    Arrays.fill(prompt, 40, prompt.length, 100 * i + 7);
                    return prompt;
                  })
              .toList();
      for (TextGenerator each : List.of(generator, generator.beams(3))) {
        List<List<Integer>> alone =
            prompts.stream()
                .map(prompt -> each.generateFromTokens(List.of(prompt)).get(0).tokenIds())
                .toList();
        assertThat(each.generateFromTokens(prompts).stream().map(Generation::tokenIds))
            .containsExactlyElementsOf(alone);
        assertThat(
                each.promptCache(true).generateFromTokens(prompts).stream()
                    .map(Generation::tokenIds))
            .containsExactlyElementsOf(alone);
      }
      assertThat(nlp.statistics().promptCache().reusedTokens()).isEqualTo(5 * 40 + 6 * 40 + 15);
      assertThat(
              generator
                  .with(GenerationOption.PROMPT_LOOKUP_NUM_TOKENS, 5)
                  .generateFromTokens(prompts)
                  .stream()
                  .map(Generation::tokenIds))
          .containsExactlyElementsOf(
              generator.generateFromTokens(prompts).stream().map(Generation::tokenIds).toList());
    }
  }

  @Test
  void namesSizesAndSearchSettingsComeFromItsFile(@TempDir Path folder) throws IOException {
    TestModels.copy("genai-gpt2", folder);
    Path file = folder.resolve("genai_config.json");
    String json = Files.readString(file);
    Files.writeString(
        file,
        json.replaceFirst(
            "\\{",
            "{\"search\":{\"max_length\":7,\"num_beams\":1,\"do_sample\":false,\"top_k\":1,"
                + "\"past_present_share_buffer\":true,\"random_seed\":-1},"));
    try (Nlp nlp = Nlp.builder().generator(folder).build()) {
      assertThat(nlp.generator().generateFromTokens(PROMPTS).stream().map(Generation::tokenIds))
          .containsExactly(List.of(204, 204, 204), List.of(731, 114, 114));
    }
    Files.writeString(file, "{\"model\":{\"encoder\":{}}}");
    try (Nlp nlp = Nlp.builder().generator(folder).build()) {
      assertThatThrownBy(() -> nlp.generator().generateFromTokens(PROMPTS))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll("genai_config.json", "model.decoder");
    }
  }
}
