package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.parlance.Aggregation;
import io.parlance.Entity;
import io.parlance.EntityExtraction;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Nlp;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.runtime.NativeHandles;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityExtractorTest {
  private static final String MODEL = "ner-bert-uncased-io"; // 160 positions, tokenizer says 64
  private static final String SENTENCE = "Anna met Thomas in Rome. ";

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
  void joinsTokensByDefaultAndKeepsThemApartOnRequest() {
    EntityExtraction joined = model.entityExtractor().extract(SENTENCE);
    EntityExtraction simple =
        model.entityExtractor().aggregation(Aggregation.SIMPLE).extract(SENTENCE);
    assertThat(joined).isEqualTo(simple);
    assertThat(joined.entities())
        .filteredOn(entity -> entity.text().equals("Rome"))
        .singleElement()
        .satisfies(
            rome -> {
              assertThat(rome.entity()).isEqualTo("LOC");
              assertThat(rome.index()).isEqualTo(Entity.NO_INDEX);
            });
    assertThat(model.entityExtractor().aggregation(Aggregation.NONE).extract(SENTENCE).entities())
        .extracting(Entity::entity)
        .allMatch(label -> label.startsWith("I-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ner-bert-uncased-io", "ner-roberta-bio", "ner-xlmr-plain"})
  void offsetsCountUtf16Units(String name) {
    String text = "😀🚀 𝒜 Anna met Thomas 🎉 in Rome";
    try (TaskModels other = ReferenceClassificationTest.open(name)) {
      for (Aggregation aggregation : Aggregation.values()) {
        List<Entity> entities =
            other.entityExtractor().aggregation(aggregation).extract(text).entities();
        assertThat(entities)
            .isNotEmpty()
            .allSatisfy(
                entity ->
                    assertThat(text.substring(entity.start(), entity.end()))
                        .isEqualTo(entity.text()));
        assertThat(entities.get(entities.size() - 1).end()).isEqualTo(text.length());
      }
    }
  }

  @Test
  void readsAllOfALongText() {
    String text = SENTENCE.repeat(40);
    EntityExtraction all = model.entityExtractor().extract(text);
    assertThat(all.truncated()).isFalse();
    // 62 tokens of text a window, each sharing 16 with the next
    int ofText = all.untruncatedTokenCount() - 2;
    assertThat(all.windowCount()).isEqualTo((int) Math.ceil((ofText - 16) / 46.0)).isGreaterThan(3);
    assertThat(all.tokenCount())
        .isEqualTo(ofText + 16 * (all.windowCount() - 1) + 2 * all.windowCount());
    assertThat(all.entities()).filteredOn(entity -> entity.text().equals("Rome")).hasSize(40);
    int end = 0;
    for (Entity entity : all.entities()) {
      assertThat(entity.start()).isGreaterThanOrEqualTo(end);
      end = entity.end();
    }
  }

  @Test
  void tellsWhatItDidNotRead() {
    String text = SENTENCE.repeat(40);
    for (EntityExtractor view :
        List.of(
            model.entityExtractor().oneWindow(),
            model.entityExtractor().aggregation(Aggregation.NONE))) {
      EntityExtraction cut = view.extract(text);
      assertThat(cut.truncated()).isTrue();
      assertThat(cut.windowCount()).isEqualTo(1);
      assertThat(cut.tokenCount()).isEqualTo(64);
      assertThat(cut.untruncatedTokenCount()).isGreaterThan(300);
    }
    EntityExtraction longer = model.entityExtractor().oneWindow().maxLength(160).extract(text);
    assertThat(longer.tokenCount()).isEqualTo(160);
    assertThat(model.entityExtractor().extract(SENTENCE).truncated()).isFalse();
  }

  @Test
  void nothingIsInNothing() {
    for (String nothing : List.of("", " ", "\n\t \u00A0")) {
      assertThat(model.entityExtractor().extract(nothing).entities()).isEmpty();
    }
    assertThat(model.entityExtractor().extract("").tokenCount()).isEqualTo(2);
  }

  @Test
  void aListGivesWhatEachTextGivesAlone() {
    Random random = new Random(5);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add(SENTENCE.repeat(random.nextInt(9)) + "Maria ".repeat(random.nextInt(4)));
    }
    List<EntityExtraction> together = model.entityExtractor().extract(texts);
    for (int i = 0; i < texts.size(); i++) {
      List<Entity> alone = model.entityExtractor().extract(texts.get(i)).entities();
      assertThat(together.get(i).entities())
          .usingRecursiveComparison()
          .withComparatorForFields(
              (Double a, Double b) -> Math.abs(a - b) < 1e-5 ? 0 : Double.compare(a, b), "score")
          .isEqualTo(alone);
    }
    assertThat(model.entityExtractor().submit(TextInput.of(texts.get(3))).join().entities())
        .hasSameSizeAs(together.get(3).entities());
  }

  @Test
  void leavesOutLabels() {
    List<Entity> all = model.entityExtractor().ignoreLabels().extract(SENTENCE).entities();
    assertThat(all).extracting(Entity::entity).contains("O", "PER", "LOC");
    assertThat(model.entityExtractor().ignoreLabels("O", "PER").extract(SENTENCE).entities())
        .isNotEmpty()
        .extracting(Entity::entity)
        .doesNotContain("O", "PER");
  }

  @Test
  void refusesWhatCannotBe() {
    EntityExtractor extractor = model.entityExtractor();
    assertThatThrownBy(() -> extractor.stride(-1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("stride -1 must not be negative");
    assertThatThrownBy(() -> extractor.stride(64).extract("a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("stride 64 must be less than the 64 tokens of a window");
    assertThatThrownBy(() -> extractor.maxLength(161).extract("a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("maximum length 161 exceeds the 160 positions");
    assertThatThrownBy(() -> extractor.processAll(List.of(TextInput.pair("a", "b"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("from one text");
    assertThatThrownBy(() -> extractor.extract((String) null))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is null");
  }

  private static void assertUnusable(Path folder, String... parts) {
    try (Nlp nlp = Nlp.builder().entityExtractor(folder).build()) {
      assertThatThrownBy(() -> nlp.extractEntities(SENTENCE))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll(parts);
    }
  }

  private static Path changed(Path target, Consumer<JsonObject> change) throws Exception {
    JsonObject config = TestModels.json(MODEL, "config.json");
    change.accept(config);
    Path folder = TestModels.copy(MODEL, target);
    Files.writeString(folder.resolve("config.json"), config.toString());
    return folder;
  }

  @Test
  void refusesModelsThatDoNotFit(@TempDir Path target) throws Exception {
    assertUnusable(
        changed(target.resolve("a"), json -> json.getAsJsonObject("id2label").remove("4")),
        "gives 5 logits",
        "names 4 labels");
    assertUnusable(
        TestModels.folder("textcls-bert"),
        "cannot be used for entity extraction",
        "needs an output 'logits' as FLOAT32[batch, sequence, labels]");
    assertUnusable(
        TestModels.folder("qa-roberta"), "needs an output 'logits'", "start_logits", "end_logits");
  }

  @Test
  void theFacadeGivesTheEntities() {
    try (Nlp nlp = Nlp.builder().entityExtractor(TestModels.folder(MODEL)).build()) {
      List<Entity> entities = nlp.extractEntities(SENTENCE);
      assertThat(entities).isEqualTo(nlp.entityExtractor().extract(SENTENCE).entities());
      assertThat(nlp.extractEntities(List.of(SENTENCE, ""))).containsExactly(entities, List.of());
      assertThat(entities.get(0).score()).isCloseTo(0.75, within(0.25));
    }
  }
}
