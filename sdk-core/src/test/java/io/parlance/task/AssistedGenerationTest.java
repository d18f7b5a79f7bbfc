package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.cache.CachePolicy;
import io.parlance.generation.GeneratedTokens;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerationRun;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Guesses change the number of runs, never the answer. */
class AssistedGenerationTest {
  private static final List<String> PROMPTS =
      List.of("Peter Smith lives in", "I think", "The hotel was nice. The hotel was", "Maria met");

  static Stream<Arguments> cases() {
    List<String> options =
        List.of(
            "{\"max_new_tokens\":25}",
            "{\"max_new_tokens\":25,\"repetition_penalty\":1.3,\"no_repeat_ngram_size\":3}",
            "{\"max_new_tokens\":25,\"do_sample\":true,\"seed\":11,\"top_k\":0}",
            "{\"max_new_tokens\":25,\"do_sample\":true,\"seed\":4,\"temperature\":0.6,\"top_p\":0.9}",
            "{\"max_length\":64,\"min_length\":64,\"num_assistant_tokens_schedule\":\"heuristic\","
                + "\"assistant_confidence_threshold\":0}");
    return Stream.of(
            "gpt2-with-past", "gpt2-decoder-pair", "llama-gqa-merged", "t5-encoder-decoder")
        .flatMap(model -> options.stream().map(each -> Arguments.of(model, each)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersAreThoseWithoutGuesses(String model, String json) {
    long live = NativeHandles.live();
    GenerationOptions options =
        GenerationOptions.parse(JsonParser.parseString(json).getAsJsonObject());
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder(model)).build()) {
      TextGenerator plain = nlp.generator().with(options).logProbabilities(true);
      List<Generation> expected = plain.generate(PROMPTS);
      List<TextGenerator> assisted = new ArrayList<>();
      for (int tokens : new int[] {1, 4, 10}) {
        assisted.add(plain.with(GenerationOption.PROMPT_LOOKUP_NUM_TOKENS, tokens));
      }
      if (model.startsWith("gpt2")) {
        assisted.add(plain.assistant(TestModels.folder("gpt2-decoder-pair").toString()));
      }
      if (!model.startsWith("t5")) {
        assisted.add(plain.assistant(TestModels.folder(model).toString()));
      }
      for (TextGenerator each : assisted) {
        List<Generation> found = each.generate(PROMPTS);
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.get(i).tokenIds()).isEqualTo(expected.get(i).tokenIds());
          assertThat(found.get(i).text()).isEqualTo(expected.get(i).text());
          assertThat(found.get(i).finishReason()).isEqualTo(expected.get(i).finishReason());
          assertThat(found.get(i).best().logProbabilities())
              .hasSameSizeAs(expected.get(i).tokenIds());
          assertThat(each.stream(PROMPTS.get(i)).collect(Collectors.joining()))
              .isEqualTo(expected.get(i).text());
        }
      }
    }
    assertThat(NativeHandles.live()).isEqualTo(live);
  }

  @Test
  void whatIsDrawnIsDistributedAsWithoutGuesses() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      TextGenerator plain = nlp.generator().maxNewTokens(6).temperature(1.3);
      TextGenerator assisted = plain.assistant(TestModels.folder("gpt2-decoder-pair").toString());
      List<List<Integer>> different =
          IntStream.range(0, 60)
              .mapToObj(
                  seed -> {
                    List<Integer> tokens = assisted.seed(seed).generate("I think").tokenIds();
                    assertThat(tokens).isEqualTo(plain.seed(seed).generate("I think").tokenIds());
                    return tokens;
                  })
              .distinct()
              .toList();
      assertThat(different).hasSizeGreaterThan(30);
    }
  }

  private static GenerativeModel open(String name) {
    return GenerativeModel.open(
        ModelSource.of(TestModels.folder(name)), SessionOptions.defaults(), CachePolicy.none());
  }

  private static int runs(
      GenerativeModel model, int[] prompt, String options, GenerativeModel assistant) {
    List<GeneratedTokens> found = new ArrayList<>();
    int steps = 1;
    try (GenerationRun run = new GenerationRun(model.decoder(), null, 1, RunControl.create())) {
      run.add(
          model
              .request(
                  prompt,
                  GenerationOptions.parse(JsonParser.parseString(options).getAsJsonObject()))
              .assistant(assistant)
              .build(),
          found::addAll);
      while (run.step()) {
        steps++;
      }
    }
    assertThat(found.get(0).tokens()).hasSize(24);
    return steps;
  }

  @Test
  void rightGuessesSaveRuns() {
    try (GenerativeModel model = open("gpt2-with-past")) {
      int[] prompt = model.tokenizer().encode("The hotel was nice. The hotel").ids();
      String plain = "{\"max_new_tokens\":24,\"min_new_tokens\":24}";
      String certain =
          "{\"max_new_tokens\":24,\"min_new_tokens\":24,\"num_assistant_tokens\":7,"
              + "\"assistant_confidence_threshold\":0}";
      assertThat(runs(model, prompt, plain, null)).isEqualTo(24);
      // the prompt gives one token, and each run checks 7 guesses of the same model and adds one
      assertThat(runs(model, prompt, certain, model)).isEqualTo(4);
      String repeats =
          "{\"max_new_tokens\":24,\"min_new_tokens\":24,\"prompt_lookup_num_tokens\":5,"
              + "\"sequence_bias\":[[[50],100.0]]}"; // writes one token again and again
      int looked = runs(model, prompt, repeats, null);
      assertThat(looked).isLessThan(24);
    }
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      TextGenerator looking =
          nlp.generator().with(GenerationOption.PROMPT_LOOKUP_NUM_TOKENS, 3).maxNewTokens(4);
      assertThatThrownBy(() -> looking.beams(2).generate("I think"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("prompt_lookup_num_tokens goes with one sequence: num_beams 2");
      assertThatThrownBy(() -> looking.seed(1).sequences(2).generate("I think"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("num_return_sequences 2");
      for (String other : Arrays.asList("llama-gqa-merged", "t5-encoder-decoder", "lm-gpt2")) {
        assertThatThrownBy(
                () ->
                    nlp.generator()
                        .assistant(TestModels.folder(other).toString())
                        .generate("I think"))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageContainingAll("assistant", other, "707");
      }
      assertThatThrownBy(() -> nlp.generator().assistant("no/such/folder").generate("I think"))
          .hasMessageContaining("no/such/folder");
    }
  }
}
