package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.parlance.Cancellation;
import io.parlance.CancelledException;
import io.parlance.DeadlineExceededException;
import io.parlance.FinishReason;
import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.runtime.NativeHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextGeneratorTest {
  private static final List<String> PROMPTS =
      List.of(
          "Peter Smith lives in",
          "I think",
          "The hotel was",
          "Sophie",
          "French engineers from Green Bank moved to",
          "I",
          "Maria met");
  private static Nlp nlp;

  @BeforeAll
  static void load() {
    nlp = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build();
  }

  @AfterAll
  static void close() {
    nlp.close();
  }

  static Stream<String> strategies() {
    return Stream.of(
        "{\"max_new_tokens\":20}",
        "{\"max_new_tokens\":20,\"do_sample\":true,\"seed\":7,\"num_return_sequences\":3}",
        "{\"max_new_tokens\":15,\"num_beams\":3,\"num_return_sequences\":2}",
        "{\"max_new_tokens\":15,\"num_beams\":4,\"num_beam_groups\":2,\"diversity_penalty\":0.5}",
        "{\"max_new_tokens\":15,\"num_beams\":3,\"do_sample\":true,\"seed\":3}",
        "{\"max_new_tokens\":15,\"guidance_scale\":1.7}");
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void manyPromptsGiveWhatEachGivesByItself(String options) {
    TextGenerator generator =
        nlp.generator()
            .with(GenerationOptions.parse(JsonParser.parseString(options).getAsJsonObject()));
    List<List<List<Integer>>> alone = new ArrayList<>();
    for (String prompt : PROMPTS) {
      alone.add(tokens(generator.generate(prompt)));
    }
    for (int rows : new int[] {2, 5, 32}) {
      assertThat(
              generator.batchRows(rows).generate(PROMPTS).stream().map(TextGeneratorTest::tokens))
          .as("%d rows", rows)
          .containsExactlyElementsOf(alone);
    }
  }

  private static List<List<Integer>> tokens(Generation generation) {
    return generation.sequences().stream().map(GeneratedText::tokenIds).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-with-past", "llama-gqa-merged", "t5-encoder-decoder"})
  void piecesOfAStreamAreTheWholeText(String model) {
    try (Nlp other = Nlp.builder().generator(TestModels.folder(model)).build()) {
      for (String prompt : PROMPTS) {
        TextGenerator generator = other.generator().maxNewTokens(30);
        String whole = generator.generate(prompt).text();
        try (Stream<String> stream = generator.stream(prompt)) {
          assertThat(stream.collect(Collectors.joining())).isEqualTo(whole);
        }
      }
    }
  }

  @Test
  void stopStringsEndTheTextAndNeverShow() {
    String whole = nlp.generator().maxNewTokens(20).generate(PROMPTS.get(0)).text();
    String stop = whole.substring(4, 8);
    TextGenerator generator = nlp.generator().maxNewTokens(20).stopStrings(stop, "not in it");
    Generation stopped = generator.generate(PROMPTS.get(0));
    assertThat(stopped.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    List<String> pieces = generator.stream(PROMPTS.get(0)).toList();
    assertThat(String.join("", pieces)).isEqualTo(stopped.text());
  }

  @Test
  void aSeedDecidesWhatIsDrawn() {
    TextGenerator generator = nlp.generator().maxNewTokens(20).topK(0).temperature(1.5);
    List<Integer> one = generator.seed(1).generate("I think").tokenIds();
    assertThat(generator.seed(1).generate("I think").tokenIds()).isEqualTo(one);
    assertThat(Stream.of(2, 3, 4).map(seed -> generator.seed(seed).generate("I think").tokenIds()))
        .anyMatch(other -> !other.equals(one));
  }

  @Test
  void logProbabilitiesOfGreedySearchAreTheHighest() {
    Generation found = nlp.generator().maxNewTokens(8).logProbabilities(true).generate("I think");
    assertThat(found.best().logProbabilities()).hasSameSizeAs(found.tokenIds());
    assertThat(found.best().logProbabilities()).allMatch(p -> p <= 0 && p > Math.log(1.0 / 707));
  }

  @Test
  void aSubscriberGetsThePiecesItAsksFor() {
    String whole = nlp.generator().maxNewTokens(12).generate("I think").text();
    List<String> pieces = new ArrayList<>();
    CompletableFuture<String> done = new CompletableFuture<>();
    nlp.generator()
        .maxNewTokens(12)
        .publisher("I think")
        .subscribe(
            new Flow.Subscriber<>() {
              private Flow.Subscription subscription;

              @Override
              public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                given.request(1);
              }

              @Override
              public void onNext(String piece) {
                pieces.add(piece);
                subscription.request(1);
              }

              @Override
              public void onError(Throwable cause) {
                done.completeExceptionally(cause);
              }

              @Override
              public void onComplete() {
                done.complete(String.join("", pieces));
              }
            });
    assertThat(done.join()).isEqualTo(whole);
    assertThat(pieces).hasSizeGreaterThan(1);
  }

  @Test
  void refusesWhatCannotBe() {
    TextGenerator generator = nlp.generator();
    assertThatThrownBy(() -> generator.generate(""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no tokens");
    assertThatThrownBy(() -> generator.generate("word ".repeat(100)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the model takes 64");
    assertThatThrownBy(() -> generator.generateFromTokens(List.of(new int[] {1, 707})))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token id 707 is not between 0 and 706");
    assertThatThrownBy(() -> generator.sequences(2).greedy().generate("I think"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("num_return_sequences 2");
    assertThatThrownBy(
            () ->
                generator
                    .with(GenerationOption.MAX_LENGTH, 2)
                    .generateFromTokens(List.of(new int[] {1, 2})))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "max_length 2 counts the prompt, whose length is 2 already; raise it, or set"
                + " max_new_tokens");
    assertThatThrownBy(() -> generator.with(GenerationOption.TOP_P, 1.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("top_p must be a number from 0 to 1, found 1.5");
    assertThatThrownBy(
            () ->
                GenerationOptions.parse(
                    JsonParser.parseString("{\"max_tokens\":5}").getAsJsonObject()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("unknown generation option 'max_tokens'");
  }

  @Test
  void longPromptsLoseTheirBeginningWhereThatIsAllowed() {
    Generation found =
        nlp.generator().maxNewTokens(10).truncateLeft().generate("word ".repeat(100));
    assertThat(found.truncated()).isTrue();
    assertThat(found.promptTokens()).isEqualTo(54);
    assertThat(found.tokenIds()).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void aDeadlineEndsTheCall() {
    TextGenerator generator = nlp.generator().maxNewTokens(40).timeout(Duration.ofNanos(1));
    assertThatThrownBy(() -> generator.generate("I think"))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void theCallersConditionEndsAnAnswer() {
    List<Integer> all = nlp.generator().maxNewTokens(12).generate("I think").tokenIds();
    TextGenerator stopping =
        nlp.generator().maxNewTokens(12).stopWhen(tokens -> tokens.size() == 5);
    Generation found = stopping.generate("I think");
    assertThat(found.tokenIds()).isEqualTo(all.subList(0, 5));
    assertThat(found.finishReason()).isEqualTo(FinishReason.CONDITION);
    assertThat(stopping.stream("I think").collect(Collectors.joining())).isEqualTo(found.text());
    assertThat(stopping.with(GenerationOption.PROMPT_LOOKUP_NUM_TOKENS, 4).generate("I think"))
        .isEqualTo(found);
    assertThat(stopping.beams(3).generate("I think").tokenIds()).hasSizeLessThanOrEqualTo(6);
    assertThatThrownBy(
            () ->
                nlp.generator()
                    .stopWhen(
                        tokens -> {
                          throw new ArithmeticException("mine");
                        })
                    .generate("I think"))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("mine");
  }

  @Test
  void aHandleEndsTheCallsUnderIt() {
    Cancellation handle = new Cancellation();
    List<Integer> heard = new ArrayList<>();
    TextGenerator generator =
        nlp.generator()
            .maxNewTokens(40)
            .with(GenerationOption.MIN_NEW_TOKENS, 40)
            .cancellation(handle)
            .stopWhen(
                tokens -> {
                  heard.add(tokens.size());
                  if (tokens.size() == 3) {
                    handle.cancel();
                  }
                  return false;
                });
    assertThatThrownBy(() -> generator.generate("I think")).isInstanceOf(CancelledException.class);
    assertThat(heard).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> generator.generate("I think")).isInstanceOf(CancelledException.class);
    assertThatThrownBy(() -> generator.stream("I think").toList())
        .isInstanceOf(CancelledException.class);
    assertThat(heard).hasSize(3);
  }

  @Test
  void anInterruptEndsTheCallOfItsThread() {
    Thread caller = Thread.currentThread();
    List<Integer> heard = new ArrayList<>();
    TextGenerator generator =
        nlp.generator()
            .maxNewTokens(50)
            .with(GenerationOption.MIN_NEW_TOKENS, 50)
            .stopWhen(
                tokens -> {
                  heard.add(tokens.size());
                  if (tokens.size() == 3) {
                    caller.interrupt();
                    while (caller.isInterrupted()) {
                      Thread.onSpinWait(); // until the caller has noticed
                    }
                  }
                  return false;
                });
    assertThatThrownBy(() -> generator.generate("I think"))
        .isInstanceOf(CancelledException.class)
        .hasMessage("the calling thread was interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(heard).hasSizeBetween(3, 49);
    caller.interrupt();
    assertThatThrownBy(() -> nlp.generator().stream("I think").toList())
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aStreamIsClosedByAnotherThreadWhileItIsRead() throws InterruptedException {
    long before = NativeHandles.live();
    try (Nlp other = Nlp.builder().generator(TestModels.folder("gpt2-with-past")).build()) {
      CountDownLatch inside = new CountDownLatch(1);
      CompletableFuture<Thread> closer = new CompletableFuture<>();
      Stream<String> stream =
          other
              .generator()
              .maxNewTokens(50)
              .with(GenerationOption.MIN_NEW_TOKENS, 50)
              .stopWhen(
                  tokens -> {
                    if (tokens.size() == 2) {
                      inside.countDown();
                      awaitBlocked(closer.join());
                    }
                    return false;
                  })
              .stream("I think");
      CompletableFuture<Long> read = CompletableFuture.supplyAsync(stream::count);
      inside.await();
      Thread closing = new Thread(stream::close);
      closing.start();
      closer.complete(closing);
      closing.join();
      // the reader ends early: with a failure in the middle of a token, or at the end of one
      assertThat(read.handle((count, failure) -> failure == null ? count : 0L).join())
          .isLessThan(50);
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  /** Until the thread waits for what its caller holds. */
  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void nothingStaysOpenAndAModelIsClosedUnderAStream() {
    long before = NativeHandles.live();
    Nlp other = Nlp.builder().generator(TestModels.folder("llama-gqa-merged")).build();
    Stream<String> stream = other.generator().maxNewTokens(20).stream("I think");
    var pieces = stream.iterator();
    assertThat(pieces.next()).isNotEmpty();
    other.close();
    assertThatThrownBy(
            () -> {
              while (pieces.hasNext()) {
                pieces.next();
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the generator is closed");
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"forced_bos_token_id\":99999}",
        "{\"forced_eos_token_id\":99999}",
        "{\"bad_words_ids\":[[3,99999]]}",
        "{\"sequence_bias\":[[[99999],1.5]]}"
      })
  void tokensThatDoNotExistAreRefused(String options) {
    assertThatThrownBy(
            () ->
                nlp.generator()
                    .with(
                        GenerationOptions.parse(JsonParser.parseString(options).getAsJsonObject()))
                    .generate("I think"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has token id 99999");
  }
}
