package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.DeadlineExceededException;
import io.parlance.DocumentResult;
import io.parlance.FinishReason;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.NlpException;
import io.parlance.Protection;
import io.parlance.Splitting;
import io.parlance.Summary;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.TextPiece;
import io.parlance.Translation;
import io.parlance.generation.GenerationOption;
import io.parlance.runtime.NativeHandles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranslatorTest {
  private static final List<String> SENTENCES =
      List.of(
          "The movie was okay.",
          "Peter lives in Madrid.",
          "Thomas lives in Rome and works for the United Nations.",
          "Anna visited Berlin in October.",
          "Sophie and Maria met in Vienna.");

  @TempDir private static Path folder;
  private static Nlp nlp;

  @BeforeAll
  static void load() throws IOException {
    String model = SequenceModels.prefixes(folder).toString();
    nlp = Nlp.builder().translator(model).summarizer(model).textToText(model).build();
  }

  @AfterAll
  static void close() {
    nlp.close();
  }

  private static Translator german() {
    return nlp.translator().from("en").to("de");
  }

  @Test
  void aDocumentKeepsItsShape() {
    List<String> alone = german().translate(SENTENCES).stream().map(Translation::text).toList();
    String text =
        "\t"
            + SENTENCES.get(0)
            + "  "
            + SENTENCES.get(1)
            + "\r\n\r\n\u00a0* * *\n - "
            + SENTENCES.get(3)
            + "\n\n";
    Translation translation = german().translate(text);
    assertThat(
            translation.pieces().stream().map(piece -> text.substring(piece.start(), piece.end())))
        .containsExactly(SENTENCES.get(0), SENTENCES.get(1), "- " + SENTENCES.get(3));
    String dashed = german().translate("- " + SENTENCES.get(3)).text().strip();
    assertThat(translation.text())
        .isEqualTo(
            "\t"
                + alone.get(0).strip()
                + "  "
                + alone.get(1).strip()
                + "\r\n\r\n\u00a0* * *\n "
                + dashed
                + "\n\n");
    assertThat(translation.from()).isEqualTo("en");
    assertThat(translation.to()).isEqualTo("de");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 32})
  void manyTextsGiveWhatEachGivesByItself(int rows) {
    for (int beams : new int[] {1, 3}) {
      Translator translator = german().beams(beams).batchRows(rows);
      List<Translation> together = translator.translate(SENTENCES);
      for (int i = 0; i < SENTENCES.size(); i++) {
        assertThat(together.get(i).pieces().get(0).generation().tokenIds())
            .isEqualTo(
                german()
                    .beams(beams)
                    .translate(SENTENCES.get(i))
                    .pieces()
                    .get(0)
                    .generation()
                    .tokenIds());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t \u00a0", "\u0000", "...", "\ud83d\udc4d !", "\ud800"})
  void whatHasNoWordsStaysAsItIs(String text) {
    assertThat(german().translate(text).text()).isEqualTo(text);
    assertThat(german().translate(text).pieces()).isEmpty();
    assertThat(german().splitting(Splitting.NONE).translate(text).text()).isEqualTo(text);
    assertThat(nlp.summarizer().summarize(text).text()).isEmpty();
    assertThat(nlp.textToText().write(text).tokenIds()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\ud800b c.", "The\u0000movie was okay. \udc00", "\ufeffPeter \u202elives."})
  void strangeCharactersDoNoHarm(String text) {
    Translation translation = german().translate(text);
    assertThat(translation.pieces()).hasSize(1);
    assertThat(translation.text()).isNotBlank();
  }

  @Test
  void whatMeetsALimitSaysSo() {
    Translation all = german().translate(SENTENCES.get(0));
    assertThat(all.isComplete()).isTrue();
    Translation cut = german().maxNewTokens(3).translate(SENTENCES.get(0) + " 7!");
    assertThat(cut.isComplete()).isFalse();
    assertThat(cut.incompletePieces().get(0).start()).isZero();
    assertThat(cut.incompletePieces().get(0).generation().finishReason())
        .isEqualTo(FinishReason.LENGTH);
    assertThatThrownBy(
            () -> german().with(GenerationOption.MAX_LENGTH, 1).translate(SENTENCES.get(0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "max_length 1 counts the token that the decoder begins with, so nothing can be"
                + " written; raise it, or set max_new_tokens");
    Translation short_ =
        german()
            .truncate(true)
            .translate(String.join(" ", SENTENCES) + String.join(" ", SENTENCES));
    assertThat(short_.isComplete()).isFalse();
    assertThat(short_.pieces()).hasSize(1);
    assertThat(short_.pieces().get(0).generation().promptTokens()).isEqualTo(64);
  }

  @Test
  void aSentenceThatIsTooLongIsTakenApart() {
    String text = "Peter lives in Madrid, " + "and Anna lives in Berlin, ".repeat(8) + "he said.";
    Translation translation = german().translate(text);
    assertThat(translation.pieces()).hasSizeGreaterThan(2);
    int at = 0;
    for (TextPiece piece : translation.pieces()) {
      assertThat(piece.partial()).isTrue();
      assertThat(piece.generation().promptTokens()).isLessThanOrEqualTo(64);
      assertThat(text.substring(at, piece.start())).isBlank();
      at = piece.end();
    }
    assertThat(at).isEqualTo(text.length());
    assertThat(translation.pieces().stream().limit(2))
        .allMatch(piece -> text.substring(piece.start(), piece.end()).endsWith(","));
  }

  @ParameterizedTest
  @ValueSource(strings = {"word ", "x\ud83d\udc4d"})
  void aMegabyteWithoutAnEndIsTakenApart(String unit) {
    String text = unit.repeat((1 << 20) / unit.length()) + "a";
    Translation translation = german().greedy().maxNewTokens(1).translate(text);
    int at = 0;
    for (TextPiece piece : translation.pieces()) {
      String between = text.substring(at, piece.start());
      assertThat(between.codePoints().anyMatch(Character::isLetterOrDigit)).isFalse();
      assertThat(piece.generation().promptTokens()).isLessThanOrEqualTo(64);
      at = piece.end();
    }
    assertThat(at).isEqualTo(text.length());
  }

  @Test
  void protectedPartsAreThereAgain() {
    String text =
        "Peter {name} lives at https://example.com/a?b=1, see {name}. The movie was okay.";
    Translator keeping = german().protect(Protection.values());
    Translation translation = keeping.translate(text);
    assertThat(translation.text())
        .matches("(?s).*\\{name\\}.*https://example\\.com/a\\?b=1.*\\{name\\}.*");
    assertThat(translation.pieces().stream().filter(TextPiece::partial)).isNotEmpty();
    // what has nothing to keep is what it is without
    assertThat(translation.text()).endsWith(german().translate(SENTENCES.get(0)).text().strip());
    assertThat(german().translate(text).text()).doesNotContain("{name}");
    assertThat(keeping.translate("{name} {0}").text()).isEqualTo("{name} {0}");
  }

  @Test
  void alternativesAreWholeTexts() {
    Translation translation =
        german().beams(4).alternatives(2).translate(SENTENCES.get(0) + "\n" + SENTENCES.get(1));
    assertThat(translation.alternatives()).hasSize(2).doesNotHaveDuplicates();
    assertThat(translation.alternatives()).allMatch(text -> text.split("\n").length == 2);
    assertThat(translation.text()).isEqualTo(translation.alternatives().get(0));
    assertThat(translation.pieces())
        .allMatch(piece -> piece.generation().best().score() < 0)
        .allMatch(
            piece ->
                piece.generation().sequences().get(1).score() <= piece.generation().best().score());
  }

  @Test
  void aLongTextIsSummarizedInParts() {
    String text = String.join(" ", SENTENCES);
    Summary summary = nlp.summarizer().summarize(text);
    assertThat(summary.pieces()).hasSizeGreaterThan(1).hasSizeLessThan(SENTENCES.size());
    assertThat(summary.pieces())
        .allMatch(piece -> piece.generation().promptTokens() <= 64 && !piece.partial());
    assertThat(summary.text())
        .isEqualTo(
            String.join(
                " ",
                summary.pieces().stream()
                    .map(piece -> piece.generation().text().strip())
                    .toList()));
  }

  @Test
  void aBadDocumentFailsAlone() {
    List<DocumentResult<Translation>> results;
    try (Stream<DocumentResult<Translation>> all =
        german()
            .documents()
            .process(Arrays.asList(SENTENCES.get(0), null, SENTENCES.get(1)).stream())) {
      results = all.toList();
    }
    assertThat(results.stream().map(DocumentResult::succeeded)).containsExactly(true, false, true);
    assertThat(results.get(2).get().text()).isEqualTo(german().translate(SENTENCES.get(1)).text());
    assertThat(nlp.translator().attemptAll(List.of(TextInput.pair("a", "b"))).get(0).error())
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> german().translate(Arrays.asList("a", null)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("text 1");
  }

  @Test
  void callsThatDoNotWaitGiveTheSame() {
    List<CompletableFuture<Translation>> futures = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      futures.add(german().submit(TextInput.of(SENTENCES.get(i % SENTENCES.size()) + " " + i)));
    }
    for (int i = 0; i < 40; i++) {
      assertThat(futures.get(i).join().text())
          .isEqualTo(german().translate(SENTENCES.get(i % SENTENCES.size()) + " " + i).text());
    }
    assertThat(nlp.async().summarize(SENTENCES.get(0)).join().text())
        .isEqualTo(nlp.summarize(SENTENCES.get(0)).text());
    assertThat(nlp.async().textToText("x").join().tokenIds())
        .isEqualTo(nlp.textToText("x").tokenIds());
    assertThat(german().to("xx").submit(TextInput.of("a")))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCauseInstanceOf(InvalidInputException.class);
  }

  @Test
  void timeEndsACall() {
    String text = String.join("\n", SENTENCES).repeat(400);
    assertThatThrownBy(
            () ->
                german()
                    .with(GenerationOption.MIN_NEW_TOKENS, 39)
                    .timeout(Duration.ofMillis(30))
                    .translate(text))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(german().timeout(Duration.ofMillis(30)).submit(TextInput.of(text)))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCauseInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void whatIsDrawnAnewIsNotRemembered() {
    Translator drawing = german().temperature(3).with(GenerationOption.TOP_K, 0).maxNewTokens(30);
    List<String> drawn =
        Stream.generate(() -> drawing.translate(SENTENCES.get(2)).text())
            .limit(4)
            .distinct()
            .toList();
    assertThat(drawn).hasSizeGreaterThan(1);
    Translator seeded = drawing.seed(7);
    assertThat(seeded.translate(SENTENCES.get(2)).text())
        .isEqualTo(seeded.translate(SENTENCES.get(2)).text());
  }

  @Test
  void tasksOfOneModelShareIt() throws IOException {
    long before = NativeHandles.live();
    try (Nlp own = Nlp.builder().translator(folder).summarizer(folder).textToText(folder).build()) {
      own.translator().load();
      long one = NativeHandles.live() - before;
      own.summarizer().load();
      own.textToText().load();
      assertThat(NativeHandles.live() - before).isEqualTo(one);
      assertThat(own.statistics().loadedModels()).isEqualTo(3);
    }
    assertThat(NativeHandles.live()).isEqualTo(before);
  }

  @Test
  void aModelWithoutEncoderIsRefused() {
    try (Nlp other = Nlp.builder().translator(TestModels.folder("gpt2-with-past")).build()) {
      assertThatThrownBy(() -> other.translate("a"))
          .isInstanceOf(ModelUnusableException.class)
          .isInstanceOf(NlpException.class)
          .hasMessageContaining("has no encoder_model.onnx");
    }
  }
}
