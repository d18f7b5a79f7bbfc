package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.Classification;
import io.parlance.DocumentResult;
import io.parlance.Embedding;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.InvalidInputException;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever the text: a result that holds together, or a typed error. */
class HostileTextTest {
  private static final int RANDOM_TEXTS = 3_300; // for each of three tasks; with the others 10,000
  private static final int LONGEST = 48;
  private static final int TEN_MEGABYTES = 10 << 20;
  private static final int LONG = 1 << 17; // a quadratic way would take minutes

  private static final List<String> PIECES =
      List.of(
          "\uD800", // a high surrogate and a low one, alone or in the wrong order
          "\uDFFF",
          "\uDC00\uD800",
          "\u202E", // right-to-left override, isolates, marks
          "\u2066",
          "\u2069",
          "\u200F",
          "\u0000",
          "\u0001",
          "\u007F",
          "\u0085",
          "\uFEFF",
          "\uFFFE",
          "\uFFFF",
          "\uFFFD",
          " ",
          "\t",
          "\r\n",
          "\u00A0",
          "\u2003",
          "\u2028",
          "\u3000",
          "\u200B",
          "\u200D",
          "\uFE0F",
          "\u0301", // combining marks
          "\u0489",
          "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66", // a family
          "\uD83C\uDDE9\uD83C\uDDEA", // a flag
          "\uD83D\uDC4D\uD83C\uDFFE",
          "\uFDFA", // 18 characters once it is normalized
          "\u0130", // grows in lower case
          "\u00DF",
          "\uFB03",
          "\u1112\u1161\u11AB", // becomes one syllable
          "\u4E2D\u6587",
          "\uD869\uDED6",
          "\uD834\uDD1E",
          "\uDB40\uDC01",
          "[CLS]",
          "[SEP]",
          "[MASK]",
          "[UNK]",
          "</s>",
          "<pad>",
          "<mask>",
          "##ing",
          "\u2581",
          "\u0120",
          "{}",
          "%s%n",
          "Ada Lovelace",
          "x");

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();

  @AfterEach
  void nothingLeaks() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  private static List<String> texts(long seed) {
    List<String> texts = new ArrayList<>(List.of("", " ", "\n", "\u0000", "\uD800", "\u200D"));
    for (String piece : PIECES) {
      texts.add(piece);
      texts.add(piece.repeat(700));
    }
    Random random = new Random(seed);
    for (int i = 0; i < RANDOM_TEXTS; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(LONGEST);
      boolean anything = random.nextBoolean();
      for (int j = 0; j < length; j++) {
        if (anything) {
          text.append((char) random.nextInt(Character.MAX_VALUE + 1));
        } else {
          text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** Long texts of several kinds, each of which could be quadratic somewhere. */
  private static List<String> longTexts() {
    return List.of(
        "x".repeat(LONG),
        "The product was bad. ".repeat(LONG / 21),
        " ".repeat(LONG),
        "a" + "\u0301".repeat(LONG / 2),
        "\uD83D\uDC68\u200D".repeat(LONG / 3),
        "\uD800".repeat(LONG));
  }

  private static <R> void attempt(
      TextTask<R> task, List<String> texts, BiConsumer<String, R> check) {
    List<DocumentResult<R>> results = task.attemptAll(List.copyOf(TextTask.inputs(texts)));
    assertThat(results).hasSameSizeAs(texts);
    int succeeded = 0;
    for (DocumentResult<R> result : results) {
      if (result.error() != null) { // none is told to be the model's fault
        assertThat(result.error()).isInstanceOf(InvalidInputException.class);
      } else {
        check.accept(texts.get((int) result.index()), result.get());
        succeeded++;
      }
    }
    assertThat(succeeded).isGreaterThan(texts.size() / 2);
  }

  private static void check(String text, Classification result) {
    assertThat(result.score()).isBetween(0.0, 1.0);
    assertThat(result.tokenCount()).isBetween(2, 160);
    assertThat(result.truncated()).isEqualTo(result.untruncatedTokenCount() > result.tokenCount());
  }

  private static void check(String text, EntityExtraction result) {
    for (Entity entity : result.entities()) {
      assertThat(entity.score()).isBetween(0.0, 1.0);
      assertThat(text.substring(entity.start(), entity.end())).isEqualTo(entity.text());
    }
  }

  private static void check(String text, Embedding result) {
    double squares = 0;
    for (float value : result.vector()) {
      squares += (double) value * value;
    }
    assertThat(squares).isBetween(0.999, 1.001); // the model normalizes
  }

  private static <R> void attemptAll(TextTask<R> task, long seed, BiConsumer<String, R> check) {
    attempt(task, texts(seed), check);
    attempt(task, longTexts(), check);
  }

  @Test
  void classification() {
    try (TaskModels model = ReferenceClassificationTest.open("textcls-bert")) {
      attemptAll(model.classifier(), 1, HostileTextTest::check);
    }
  }

  @Test
  void entities() {
    try (TaskModels model = ReferenceClassificationTest.open("ner-roberta-bio")) {
      attemptAll(model.entityExtractor().oneWindow(), 2, HostileTextTest::check);
      List<String> some = texts(4);
      attempt(
          model.entityExtractor(), // in overlapping windows
          some.subList(some.size() - 300, some.size()),
          HostileTextTest::check);
    }
  }

  @Test
  void embeddings() {
    try (TaskModels model = ReferenceClassificationTest.open("minilm-sentence-embedding")) {
      attemptAll(model.embedder(), 3, HostileTextTest::check);
    }
  }

  @Test
  void tenMegabytesInOneWord() {
    try (TaskModels model = ReferenceClassificationTest.open("textcls-bert")) {
      Classification result = model.classifier().classify("x".repeat(TEN_MEGABYTES));
      assertThat(result.tokenCount()).isEqualTo(3); // of more than 100 characters: [UNK]
      assertThat(result.labels()).isEqualTo(model.classifier().classify("[UNK]").labels());
    }
  }
}
