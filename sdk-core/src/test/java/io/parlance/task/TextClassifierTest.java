package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.Classification;
import io.parlance.DeadlineExceededException;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.LabelScore;
import io.parlance.QueuePolicy;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.Truncation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TextClassifierTest {
  private static final String MODEL = "textcls-bert"; // 160 positions, tokenizer says 64

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();
  private TaskModels model;

  @BeforeEach
  void open() {
    model = ReferenceClassificationTest.open(MODEL);
  }

  @AfterEach
  void nothingLeaks() {
    model.close();
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  @Test
  void aListGivesWhatEachTextGivesAlone() {
    Random random = new Random(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      texts.add(
          "The product was lovely. ".repeat(random.nextInt(9)) + "x".repeat(random.nextInt(20)));
    }
    List<Classification> together = model.classifier().classify(texts);
    for (int i = 0; i < texts.size(); i++) {
      Classification alone = model.classifier().classify(texts.get(i));
      assertThat(together.get(i).tokenCount()).isEqualTo(alone.tokenCount());
      Map<String, Double> scores =
          alone.labels().stream().collect(Collectors.toMap(LabelScore::label, LabelScore::score));
      for (LabelScore label : together.get(i).labels()) {
        assertThat(label.score()).isCloseTo(scores.get(label.label()), within(1e-5));
      }
    }
    assertThat(model.classifier().classify(List.of())).isEmpty();
  }

  @Test
  void viewsAreImmutable() {
    TextClassifier all = model.classifier();
    TextClassifier best = all.topK(1);
    assertThat(best.classify("good").labels()).hasSize(1);
    assertThat(all.classify("good").labels()).hasSize(3);
    assertThat(best.allLabels().classify("good")).isEqualTo(all.classify("good"));
    assertThat(all.labels()).containsExactly("NEGATIVE", "NEUTRAL", "POSITIVE");
  }

  @Test
  void tellsWhatWasCut() {
    String text = "The hotel was excellent. ".repeat(200);
    Classification whole = model.classifier().classify("The hotel was excellent.");
    Classification cut = model.classifier().classify(text);
    assertThat(whole.truncated()).isFalse();
    assertThat(whole.tokenCount()).isEqualTo(whole.untruncatedTokenCount());
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.tokenCount()).isEqualTo(160); // what the positions allow
    // each sentence has the tokens of one, two special tokens come once
    assertThat(cut.untruncatedTokenCount()).isEqualTo(200 * (whole.tokenCount() - 2) + 2);
    assertThat(model.classifier().truncation(Truncation.LONGEST_FIRST).classify(text).tokenCount())
        .isEqualTo(64); // what the tokenizer says
    assertThat(model.classifier().maxLength(20).classify(text).tokenCount()).isEqualTo(20);
  }

  @Test
  void refusesWhatDoesNotFitWhereTruncationIsRefused() {
    TextClassifier strict = model.classifier().truncation(Truncation.DO_NOT_TRUNCATE);
    String text = "The hotel was excellent. ".repeat(200);
    assertThatThrownBy(() -> strict.classify(List.of("fine", text)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("text 1: the text has ")
        .hasMessageContaining("takes at most 160");
    assertThat(strict.classify("fine").truncated()).isFalse();
  }

  @Test
  void takesAnyText() {
    String megabyte = "I was charged twice this month. ".repeat(1 << 15);
    for (String text :
        List.of(
            "",
            " ",
            "\0",
            "a\0b",
            "\uD800",
            "x\uDC00y",
            "\uDC00\uD800",
            "😀",
            "\u202E\uFEFF",
            megabyte)) {
      Classification result = model.classifier().classify(text);
      assertThat(result.labels().stream().mapToDouble(LabelScore::score).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without the checker
  void namesTheTextThatIsNull() {
    assertThatThrownBy(() -> model.classifier().classify(Arrays.asList("a", null, "c")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("text 1 is null");
    assertThatThrownBy(() -> model.classifier().classify((String) null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("null");
    assertThatThrownBy(() -> model.classifier().classify("a", null))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void checksOptionsWhereTheyAreSet() {
    TextClassifier classifier = model.classifier();
    assertThatThrownBy(() -> classifier.topK(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("top k 0 must be at least 1");
    assertThatThrownBy(() -> classifier.maxLength(0)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> classifier.timeout(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> classifier.maxLength(500).classify("a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("maximum length 500 exceeds the 160 positions");
    assertThatThrownBy(() -> classifier.maxLength(2).classify("a"))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void keepsADeadline() {
    TextClassifier hurried = model.classifier().timeout(Duration.ofNanos(1));
    assertThatThrownBy(() -> hurried.classify("a"))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("PT0.000000001S");
    assertThat(model.classifier().timeout(Duration.ofMinutes(10)).classify("a").labels())
        .hasSize(3);
  }

  @Test
  void closingWaitsForCallsAndRefusesNewOnes() throws Exception {
    AtomicReference<Throwable> unexpected = new AtomicReference<>();
    AtomicInteger answered = new AtomicInteger();
    CountDownLatch working = new CountDownLatch(6);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  while (true) {
                    model.classifier().classify(List.of("The hotel was excellent.", "bad"));
                    answered.incrementAndGet();
                    working.countDown();
                  }
                } catch (IllegalStateException closed) {
                  assertThat(closed).hasMessage("the classifier is closed");
                } catch (Throwable other) {
                  unexpected.set(other);
                } finally {
                  working.countDown();
                }
              });
      thread.start();
      threads.add(thread);
    }
    working.await();
    model.close();
    model.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(unexpected.get()).isNull();
    assertThat(answered.get()).isPositive();
  }

  @Test
  void thousandsOfCallsLeaveNoHandle() {
    TextClassifier classifier = model.classifier();
    classifier.classify("warm");
    long open = NativeHandles.live();
    for (int i = 0; i < 10_000; i++) {
      classifier.classify("call " + i);
    }
    assertThat(NativeHandles.live()).isEqualTo(open);
  }

  @Test
  void equalTextsAreComputedOnce() {
    ResultCache cache = new ResultCache(CachePolicy.maximumBytes(1 << 20));
    var source = io.parlance.model.ModelSource.of(io.parlance.TestModels.folder(MODEL));
    try (TaskModels cached =
        new TaskModels(task -> source, Execution.cpu(), cache, QueuePolicy.defaults())) {
      List<Classification> results = cached.classifier().classify(List.of("good", "bad", "good"));
      assertThat(results.get(0)).isSameAs(results.get(2));
      assertThat(cached.classifier().classify("bad")).isSameAs(results.get(1));
      assertThat(cached.classifier().topK(1).classify("bad").labels()).hasSize(1);
      assertThat(cache.statistics().misses()).isEqualTo(3);
      assertThat(cache.statistics().hits()).isEqualTo(2);
      assertThat(results).isEqualTo(model.classifier().classify(List.of("good", "bad", "good")));
    }
  }
}
