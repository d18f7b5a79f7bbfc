package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.parlance.InvalidInputException;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.MarianConfig;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.training.UnigramLayout;
import io.parlance.tokenizers.training.UnigramOptions;
import io.parlance.tokenizers.training.UnigramTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers from 0 to 99, written in digits, are translated into words of two languages. */
class TranslationTrainingTest {

  private static final List<String> FRENCH =
      List.of("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf");
  private static final List<String> GERMAN =
      List.of("null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun");

  private static final TranslationDataset PAIRS = pairs();
  private static Tokenizer tokenizer;
  private static long handles;

  @TempDir Path folder;

  private static TranslationDataset pairs() {
    List<TranslationExample> pairs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String digits = i / 10 + " " + i % 10;
      pairs.add(
          new TranslationExample(digits, FRENCH.get(i / 10) + " " + FRENCH.get(i % 10), "fr"));
      pairs.add(
          new TranslationExample(digits, GERMAN.get(i / 10) + " " + GERMAN.get(i % 10), "de"));
    }
    return new TranslationDataset(pairs);
  }

  @BeforeAll
  static void learnTokenizer() {
    handles = NativeHandles.live();
    List<String> texts = new ArrayList<>();
    PAIRS.examples().forEach(pair -> texts.addAll(List.of(pair.source(), pair.target())));
    tokenizer =
        new UnigramTrainer(
                UnigramOptions.DEFAULT
                    .withLayout(UnigramLayout.MARIAN)
                    .withVocabularySize(90)
                    .withAdditionalSpecialTokens(List.of(">>de<<", ">>fr<<")))
            .train(texts.stream())
            .open();
  }

  @AfterAll
  static void nothingIsLeft() {
    tokenizer.close();
    assertThat(NativeHandles.live()).isEqualTo(handles);
  }

  private static int padding() {
    return tokenizer.vocabularySize() - 1;
  }

  private static TrainableModel translator(double dropout) {
    return TrainableModel.initialize(
        MarianConfig.opusMt(tokenizer.vocabularySize())
            .sizes(1, 1, 32, 2, 64)
            .positions(16)
            .dropout(dropout)
            .model(Head.CONDITIONAL_GENERATION),
        7);
  }

  private static TranslationData data() {
    return TranslationData.of(PAIRS, tokenizer, 16, padding());
  }

  @Test
  void aBatchHasWhatTheReferenceMakesOfLabels() {
    TranslationData data = data();
    int[] source = tokenizer.encode("0 3").ids();
    int[] target = tokenizer.encode("zero trois").ids();
    int[] other = tokenizer.encode("neuf deux").ids();
    try (TrainingData.Batch batch = data.batch(new int[] {6, 184}, CounterRandom.of(1))) {
      long[] ids = batch.inputs().get("input_ids").toLongArray();
      assertThat(ids[0]).isEqualTo(tokenizer.tokenToId(">>fr<<").getAsInt());
      for (int i = 0; i < source.length; i++) {
        assertThat(ids[i + 1]).isEqualTo(source[i]);
      }
      int width = Math.max(target.length, other.length);
      long[] labels = batch.inputs().get("labels").toLongArray();
      long[] before = batch.inputs().get("decoder_input_ids").toLongArray();
      for (int row = 0; row < 2; row++) {
        int[] expected = row == 0 ? target : other;
        assertThat(before[row * width]).isEqualTo(padding());
        for (int i = 0; i < width; i++) {
          long label = labels[row * width + i];
          assertThat(label).isEqualTo(i < expected.length ? expected[i] : -100);
          if (i > 0) {
            long earlier = labels[row * width + i - 1];
            assertThat(before[row * width + i]).isEqualTo(earlier < 0 ? padding() : earlier);
          }
        }
      }
      assertThat(batch.targets()).isEqualTo(target.length + other.length);
    }
  }

  @Test
  void theLossWithoutSmoothingIsTheModelsOwn() {
    TranslationData data = data();
    try (TrainableModel model = translator(0);
        Evaluator evaluator =
            new Evaluator(model, data, LengthBucketing.ofSize(200), GradientStep.options())) {
      double found = evaluator.evaluate(0).get(Metric.LOSS);
      double sum = 0;
      long targets = 0;
      for (int[] some : LengthBucketing.ofSize(30).sorted(data.lengths())) {
        try (TrainingData.Batch batch = data.batch(some, CounterRandom.of(1))) {
          Map<String, Tensor> inputs = new HashMap<>(batch.inputs());
          inputs.remove("decoder_input_ids"); // the model makes it of the labels
          Map<String, Tensor> outputs = model.forward(inputs);
          sum += outputs.get("loss").toFloatArray()[0] * (double) batch.targets();
          targets += batch.targets();
          outputs.values().forEach(Tensor::close);
        }
      }
      assertThat(found).isCloseTo(sum / targets, within(1e-5));
    }
  }

  private Trainer.Builder trainer(TrainableModel model, String place, TrainingOptions options) {
    return Trainer.builder(model, data().withLabelSmoothing(0.1), folder.resolve(place))
        .evaluationData(data().translating(PAIRS, tokenizer, 60))
        .options(options)
        .resume(true);
  }

  @Test
  void aTranslatorLearnsBothLanguages() {
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(300)
            .batching(new LengthBucketing(64, 400, 10))
            .schedule(LearningRateSchedule.INVERSE_SQUARE_ROOT)
            .learningRate(1e-2)
            .weightDecay(0)
            .optimizer(new AdamW(0.9, 0.98, 1e-9, 1))
            .evaluationInterval(100)
            .build();
    try (TrainableModel model = translator(0)) {
      TrainingResult result = trainer(model, "learns", options).build().train();
      assertThat(result.best()).isNotNull();
      assertThat(result.best().get(Metric.CHRF)).isGreaterThan(99.9);
      assertThat(result.best().get(Metric.LOSS)).isLessThan(0.2);
    }
  }

  @Test
  void aRunThatIsStoppedAndResumedGivesTheSameParameters() {
    TrainingOptions options =
        TrainingOptions.builder()
            .maximumSteps(6)
            .batching(new LengthBucketing(32, 300, 4))
            .averageDecay(0.9)
            .evaluationInterval(2)
            .build();
    Map<String, float[]> straight;
    List<Evaluation> evaluations;
    try (TrainableModel model = translator(0.1)) {
      evaluations = trainer(model, "straight", options).build().train().evaluations();
      straight = TinyTask.parametersOf(model);
    }
    try (TrainableModel model = translator(0.1)) {
      Trainer[] stopped = new Trainer[1];
      TrainingListener stopping =
          new TrainingListener() {
            @Override
            public void onStep(TrainingProgress progress) {
              if (progress.step() == 3) {
                stopped[0].stop();
              }
            }
          };
      stopped[0] = trainer(model, "stopped", options).listener(stopping).build();
      assertThat(stopped[0].train().step()).isEqualTo(3);
    }
    try (TrainableModel model = translator(0.1)) {
      TrainingResult result = trainer(model, "stopped", options).build().train();
      assertThat(result.evaluations()).isEqualTo(evaluations);
      Map<String, float[]> resumed = TinyTask.parametersOf(model);
      straight.forEach((name, values) -> assertThat(resumed.get(name)).isEqualTo(values));
    }
  }

  @Test
  void dataThatDoNotFitAreRefused() {
    TranslationDataset italian =
        new TranslationDataset(List.of(new TranslationExample("1 2", "uno due", "it")));
    assertThatThrownBy(() -> TranslationData.of(italian, tokenizer, 16, padding()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("the tokenizer has no token >>it<< for this target language");
    assertThatThrownBy(() -> data().withLabelSmoothing(1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("label smoothing 1.0 must be at least 0 and below 1");
    assertThatThrownBy(() -> data().translating(PAIRS, tokenizer, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("translated sources 0 must be at least 1");
    try (TrainableModel classifier = TinyTask.classifier(1)) {
      assertThatThrownBy(
              () -> Trainer.builder(classifier, data(), folder.resolve("c")).build().train())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "BertForSequenceClassification does not write texts; pairs are for"
                  + " encoder-decoders");
    }
  }
}
