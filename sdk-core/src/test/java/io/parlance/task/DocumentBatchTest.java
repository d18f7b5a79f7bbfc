package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.CancelledException;
import io.parlance.Classification;
import io.parlance.DocumentProgress;
import io.parlance.DocumentResult;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.QueuePolicy;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.tokenizers.Truncation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DocumentBatchTest {
  private final ModelSource source = ModelSource.of(TestModels.folder("textcls-bert"));
  private final TaskModels models =
      new TaskModels(
          task -> source,
          Execution.cpu().threads(2),
          new ResultCache(CachePolicy.none()),
          QueuePolicy.defaults());

  @AfterEach
  void close() {
    models.close();
  }

  private static String text(int i) {
    return "The product was lovely. ".repeat((i * 31) % 11) + i;
  }

  @Test
  void resultsComeInTheOrderOfTheDocuments() {
    TextClassifier classifier = models.classifier();
    List<DocumentResult<Classification>> results;
    try (Stream<DocumentResult<Classification>> stream =
        classifier.documents().window(64).process(IntStream.range(0, 300).mapToObj(i -> text(i)))) {
      results = stream.toList();
    }
    assertThat(results).hasSize(300);
    for (int i = 0; i < 300; i++) {
      assertThat(results.get(i).index()).isEqualTo(i);
      Classification alone = classifier.classify(text(i));
      assertThat(results.get(i).get().label()).isEqualTo(alone.label());
      assertThat(results.get(i).get().score()).isCloseTo(alone.score(), within(1e-5));
    }
  }

  @Test
  void aBadDocumentIsAnErrorOfItsOwn() {
    List<DocumentProgress> progress = new ArrayList<>();
    List<DocumentResult<Classification>> results =
        models
            .classifier()
            .truncation(Truncation.DO_NOT_TRUNCATE)
            .documents()
            .window(2)
            .onProgress(progress::add)
            .processInputs(
                Stream.of(
                    TextInput.of("good"),
                    TextInput.of("The hotel was excellent. ".repeat(200)),
                    null,
                    TextInput.of("")))
            .toList();
    assertThat(results)
        .extracting(DocumentResult::succeeded)
        .containsExactly(true, false, false, true);
    assertThat(results.get(1).error())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("takes at most 160");
    assertThatThrownBy(() -> results.get(2).get())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("null");
    assertThat(progress).extracting(DocumentProgress::documents).containsExactly(2L, 4L);
    assertThat(progress).extracting(DocumentProgress::failed).containsExactly(1L, 2L);
  }

  @Test
  void takesNoMoreDocumentsThanAWindow() {
    AtomicInteger taken = new AtomicInteger();
    Stream<String> endless =
        Stream.generate(() -> "document " + taken.incrementAndGet()).onClose(() -> taken.set(-1));
    try (Stream<DocumentResult<Classification>> results =
        models.classifier().documents().window(10).process(endless)) {
      Iterator<DocumentResult<Classification>> each = results.iterator();
      for (int i = 0; i < 15; i++) {
        each.next();
      }
      assertThat(taken.get()).isEqualTo(20);
    }
    assertThat(taken.get()).isEqualTo(-1);
  }

  @Test
  void closingCancelsTheJob() {
    Stream<DocumentResult<Classification>> results =
        models.classifier().documents().window(4).process(Stream.generate(() -> "again"));
    Iterator<DocumentResult<Classification>> each = results.iterator();
    assertThat(each.next().succeeded()).isTrue();
    results.close();
    for (int i = 1; i < 4; i++) {
      assertThat(each.next().succeeded()).isTrue(); // these were done
    }
    assertThatThrownBy(each::next).isInstanceOf(CancelledException.class);
  }

  @Test
  void refusesAnEmptyWindow() {
    assertThatThrownBy(() -> models.classifier().documents().window(0))
        .isInstanceOf(InvalidInputException.class);
    assertThat(models.classifier().documents().process(Stream.of()).toList()).isEmpty();
  }
}
