package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.PromptCache;
import io.parlance.cache.PromptCacheStatistics;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerativeModel;
import io.parlance.model.ModelSource;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptCacheTest {
  private static final int VOCABULARY = 500; // smaller than that of each model

  static Stream<Arguments> modelsAndStrategies() {
    List<String> strategies =
        List.of(
            "{\"max_new_tokens\":12}",
            "{\"max_new_tokens\":12,\"do_sample\":true,\"seed\":7,\"num_return_sequences\":2}",
            "{\"max_new_tokens\":10,\"num_beams\":3,\"num_return_sequences\":2}",
            "{\"max_new_tokens\":10,\"guidance_scale\":1.7}");
    return Stream.of("gpt2-with-past", "gpt2-decoder-pair", "llama-gqa-merged")
        .flatMap(
            model ->
                strategies.stream()
                    .filter(each -> !(model.endsWith("pair") && each.contains("guidance")))
                    .map(options -> Arguments.of(model, options)));
  }

  @ParameterizedTest
  @MethodSource("modelsAndStrategies")
  void answersAreThoseWithoutCache(String model, String options) {
    List<int[]> prompts = promptsWithCommonBeginning(new Random(1), 9, 33);
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder(model)).build()) {
      TextGenerator cached =
          nlp.generator()
              .with(GenerationOptions.parse(JsonParser.parseString(options).getAsJsonObject()));
      TextGenerator uncached = cached.promptCache(false);
      List<List<List<Integer>>> expected = new ArrayList<>();
      for (int[] prompt : prompts) {
        expected.add(tokens(uncached.generateFromTokens(List.of(prompt)).get(0)));
      }
      assertThat(nlp.statistics().promptCache().prompts()).isZero();
      for (int rows : new int[] {32, 4}) { // the first time all at once and none is known
        assertThat(
                cached.batchRows(rows).generateFromTokens(prompts).stream()
                    .map(PromptCacheTest::tokens))
            .as("%d rows", rows)
            .containsExactlyElementsOf(expected);
      }
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(tokens(cached.generateFromTokens(List.of(prompts.get(i))).get(0)))
            .isEqualTo(expected.get(i));
      }
      PromptCacheStatistics statistics = nlp.statistics().promptCache();
      assertThat(statistics.prompts()).isEqualTo(3 * 9);
      assertThat(statistics.hits()).isEqualTo(3 * 9 - 1);
    }
  }

  /** Prompts of several lengths that begin alike. */
  private static List<int[]> promptsWithCommonBeginning(Random random, int count, int common) {
    int[] beginning = random.ints(common, 0, VOCABULARY).toArray();
    List<int[]> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = Arrays.copyOf(beginning, common + 1 + i % 4);
      for (int at = common; at < prompt.length; at++) {
        prompt[at] = random.nextInt(VOCABULARY);
      }
      prompts.add(prompt);
    }
    return prompts;
  }

  private static List<List<Integer>> tokens(Generation generation) {
    return generation.sequences().stream().map(GeneratedText::tokenIds).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 31, 32, 33, 45})
  void everyCommonTokenIsReusedButTheLastOfThePrompt(int common) {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      int[] first = IntStream.range(0, 50).toArray();
      int[] second = first.clone();
      second[common] = 300;
      generate(nlp, first);
      assertThat(nlp.statistics().promptCache().reusedTokens()).isZero();
      generate(nlp, second);
      assertThat(nlp.statistics().promptCache().reusedTokens()).isEqualTo(common);
      generate(nlp, second);
      assertThat(nlp.statistics().promptCache().reusedTokens()).isEqualTo(common + 49);
      generate(nlp, Arrays.copyOf(first, common));
      PromptCacheStatistics all = nlp.statistics().promptCache();
      assertThat(all.reusedTokens()).isEqualTo(common + 49 + common - 1);
      assertThat(all.promptTokens()).isEqualTo(150 + common);
      assertThat(all.hitRate()).isEqualTo(3 / 4.0);
      assertThat(all.reuseRate()).isCloseTo((2 * common + 48) / (150.0 + common), within(1e-12));
    }
  }

  private static void generate(Nlp nlp, int[] prompt) {
    nlp.generator().maxNewTokens(1).generateFromTokens(List.of(prompt));
  }

  @Test
  void staysWithinItsBytesAndLosesNoAnswer() {
    long live = NativeHandles.live();
    long most = 40_000;
    try (Nlp nlp =
            Nlp.builder()
                .generator(TestModels.folder("gpt2-with-past"))
                .promptCache(CachePolicy.maximumBytes(most))
                .build();
        Nlp plain =
            Nlp.builder()
                .generator(TestModels.folder("gpt2-with-past"))
                .promptCache(CachePolicy.none())
                .build()) {
      Random random = new Random(5);
      for (int round = 0; round < 30; round++) {
        List<int[]> prompts = promptsWithCommonBeginning(random, 3, 20 + random.nextInt(20));
        assertThat(
                nlp.generator().maxNewTokens(4).generateFromTokens(prompts).stream()
                    .map(Generation::tokenIds))
            .containsExactlyElementsOf(
                plain.generator().maxNewTokens(4).generateFromTokens(prompts).stream()
                    .map(Generation::tokenIds)
                    .toList());
        assertThat(nlp.statistics().promptCache().bytes()).isBetween(1L, most);
      }
      assertThat(nlp.statistics().promptCache().evictions()).isPositive();
      assertThat(plain.statistics().promptCache().bytes()).isZero();
      assertThat(NativeHandles.live() - live)
          .isEqualTo(2 + nlp.statistics().promptCache().entries()); // two sessions
    }
    assertThat(NativeHandles.live()).isEqualTo(live);
  }

  @Test
  void guidanceNeedsAGraphThatTakesPadding() {
    try (Nlp nlp = Nlp.builder().generator(TestModels.folder("gpt2-decoder-pair")).build()) {
      assertThatThrownBy(
              () ->
                  nlp.generator()
                      .with(GenerationOption.GUIDANCE_SCALE, 1.5)
                      .generateFromTokens(List.of(new int[] {1, 2, 3})))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("guidance_scale 1.5");
    }
  }

  @Test
  void whatAReaderHoldsIsFreedAfterIt() {
    long live = NativeHandles.live();
    int[] prompt = IntStream.range(0, 40).toArray();
    try (GenerativeModel model =
        GenerativeModel.open(
            ModelSource.of(TestModels.folder("gpt2-with-past")),
            SessionOptions.defaults(),
            CachePolicy.defaults())) {
      float[] expected = new float[model.decoder().vocabularySize()];
      float[] found = new float[expected.length];
      PromptCache cache = model.promptCache();
      try (DecoderBatch batch = model.decoder().start(List.of(prompt), null)) {
        cache.add(prompt, batch, 0);
        batch.logits(0, 0, expected);
      }
      assertThat(NativeHandles.live()).isEqualTo(live + 3); // the session and two pieces
      try (PromptCache.Match match = cache.find(prompt, 39)) {
        cache.clear();
        assertThat(cache.statistics().entries()).isZero();
        assertThat(cache.find(prompt, 39).length()).isZero();
        assertThat(NativeHandles.live()).isEqualTo(live + 3);
        assertThat(match.length()).isEqualTo(39);
        try (DecoderBatch resumed = model.decoder().resume(List.of(match.parts()))) {
          resumed.feed(new int[] {prompt[39]}, 1, 1, null);
          resumed.logits(0, 0, found);
        }
      }
      assertThat(NativeHandles.live()).isEqualTo(live + 1);
      assertThat(found).containsExactly(expected, within(1e-4f));
      cache.close();
      try (DecoderBatch batch = model.decoder().start(List.of(prompt), null)) {
        cache.add(prompt, batch, 0);
      }
      assertThat(cache.statistics().entries()).isZero();
    }
    assertThat(NativeHandles.live()).isEqualTo(live);
  }

  @Test
  void manyThreadsShareIt() {
    long live = NativeHandles.live();
    try (Nlp nlp =
        Nlp.builder()
            .generator(TestModels.folder("llama-gqa-merged"))
            .promptCache(CachePolicy.maximumBytes(60_000))
            .build()) {
      List<int[]> prompts = promptsWithCommonBeginning(new Random(3), 24, 30);
      TextGenerator plain = nlp.generator().maxNewTokens(5).promptCache(false);
      List<List<Integer>> expected =
          plain.generateFromTokens(prompts).stream().map(Generation::tokenIds).toList();
      List<List<Integer>> found =
          IntStream.range(0, 96)
              .parallel()
              .mapToObj(i -> prompts.get(i % prompts.size()))
              .map(each -> plain.promptCache(true).generateFromTokens(List.of(each)).get(0))
              .map(Generation::tokenIds)
              .toList();
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i)).isEqualTo(expected.get(i % prompts.size()));
      }
    }
    assertThat(NativeHandles.live()).isEqualTo(live);
  }
}
