package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Checks metrics and schedules against the reference numbers. */
class MetricsTest {

  private static final Offset<Double> EXACT = within(1e-12);
  private static final Gson GSON = new Gson();

  @TestFactory
  List<DynamicTest> classification() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement element :
        golden("objectives/metrics-classification").getAsJsonArray("cases")) {
      JsonObject golden = element.getAsJsonObject();
      tests.add(
          DynamicTest.dynamicTest(golden.get("name").getAsString(), () -> checkClasses(golden)));
    }
    assertThat(tests).hasSize(5);
    return tests;
  }

  private static void checkClasses(JsonObject golden) {
    JsonObject input = golden.getAsJsonObject("input");
    JsonObject expected = golden.getAsJsonObject("expected");
    int classes = input.get("num_classes").getAsInt();
    ClassificationMetrics metrics =
        ClassificationMetrics.of(
            GSON.fromJson(input.get("labels"), int[].class),
            GSON.fromJson(input.get("predictions"), int[].class),
            classes);
    assertThat(metrics.accuracy()).isCloseTo(expected.get("accuracy").getAsDouble(), EXACT);
    assertThat(metrics.accuracy()).isCloseTo(expected.get("micro_f1").getAsDouble(), EXACT);
    assertThat(metrics.macroPrecision())
        .isCloseTo(expected.get("macro_precision").getAsDouble(), EXACT);
    assertThat(metrics.macroRecall()).isCloseTo(expected.get("macro_recall").getAsDouble(), EXACT);
    assertThat(metrics.macroF1()).isCloseTo(expected.get("macro_f1").getAsDouble(), EXACT);
    assertThat(metrics.weightedF1()).isCloseTo(expected.get("weighted_f1").getAsDouble(), EXACT);
    assertThat(metrics.matthews()).isCloseTo(expected.get("matthews").getAsDouble(), EXACT);
    assertThat(metrics.cohenKappa()).isCloseTo(expected.get("cohen_kappa").getAsDouble(), EXACT);
    long[] confusion =
        GSON.fromJson(
            expected.getAsJsonObject("confusion_rows_are_labels").get("data"), long[].class);
    for (int c = 0; c < classes; c++) {
      JsonObject score = expected.getAsJsonArray("per_class").get(c).getAsJsonObject();
      ClassificationMetrics.ClassScore actual = metrics.perClass().get(c);
      assertThat(actual.precision()).isCloseTo(score.get("precision").getAsDouble(), EXACT);
      assertThat(actual.recall()).isCloseTo(score.get("recall").getAsDouble(), EXACT);
      assertThat(actual.f1()).isCloseTo(score.get("f1").getAsDouble(), EXACT);
      assertThat(actual.support()).isEqualTo(score.get("support").getAsLong());
      for (int p = 0; p < classes; p++) {
        assertThat(metrics.count(c, p)).isEqualTo(confusion[c * classes + p]);
      }
    }
  }

  @Test
  void regression() throws Exception {
    for (JsonElement element : golden("objectives/metrics-regression").getAsJsonArray("cases")) {
      JsonObject input = element.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = element.getAsJsonObject().getAsJsonObject("expected");
      RegressionMetrics metrics =
          RegressionMetrics.of(
              GSON.fromJson(input.get("labels"), double[].class),
              GSON.fromJson(input.get("predictions"), double[].class));
      assertThat(metrics.pearson()).isCloseTo(expected.get("pearson").getAsDouble(), EXACT);
      assertThat(metrics.spearman()).isCloseTo(expected.get("spearman").getAsDouble(), EXACT);
      assertThat(metrics.meanSquaredError()).isCloseTo(expected.get("mse").getAsDouble(), EXACT);
      assertThat(metrics.meanAbsoluteError()).isCloseTo(expected.get("mae").getAsDouble(), EXACT);
    }
  }

  @Test
  void multiLabel() {
    boolean[][] labels = {{true, false, true}, {false, true, false}, {false, false, false}};
    boolean[][] predictions = {{true, false, false}, {false, true, false}, {true, false, false}};
    MultiLabelMetrics metrics = MultiLabelMetrics.of(labels, predictions);
    assertThat(metrics.subsetAccuracy()).isCloseTo(1 / 3.0, EXACT);
    assertThat(metrics.hammingLoss()).isCloseTo(2 / 9.0, EXACT);
    // 2 hits of 3 predicted and 3 true
    assertThat(metrics.microF1()).isCloseTo(2 / 3.0, EXACT);
    // label 0: precision 1/2, recall 1; label 1: perfect; label 2: never predicted
    assertThat(metrics.macroF1()).isCloseTo((2 / 3.0 + 1 + 0) / 3, EXACT);
    assertThat(metrics.perLabel().get(2).support()).isEqualTo(1);
  }

  @Test
  void labelsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> ClassificationMetrics.of(new int[] {0, 3}, new int[] {0, 1}, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("example 1: label 3 and prediction 1 must be 0 to 2");
    assertThatThrownBy(() -> ClassificationMetrics.of(new int[2], new int[1], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 labels and 1 predictions must be equally many, at least one");
  }

  @Test
  void schedules() throws Exception {
    JsonObject golden = golden("training/lr-schedules");
    long[] steps = GSON.fromJson(golden.get("steps"), long[].class);
    double peak = golden.get("peak_lr").getAsDouble();
    long total = golden.get("total_steps").getAsLong();
    long warmup = golden.get("warmup_steps").getAsLong();
    String[] names = {"constant", "constant_with_warmup", "linear", "cosine", "inverse_sqrt"};
    for (String name : names) {
      LearningRateSchedule schedule =
          switch (name) {
            case "constant_with_warmup" -> LearningRateSchedule.CONSTANT;
            case "inverse_sqrt" -> LearningRateSchedule.INVERSE_SQUARE_ROOT;
            default -> LearningRateSchedule.valueOf(name.toUpperCase(Locale.ROOT));
          };
      double[] values =
          GSON.fromJson(
              golden.getAsJsonObject("schedules").getAsJsonObject(name).get("values"),
              double[].class);
      for (int i = 0; i < steps.length; i++) {
        double rate = peak * schedule.factor(steps[i], name.equals("constant") ? 0 : warmup, total);
        assertThat(rate)
            .as("%s at %d", name, steps[i])
            .isCloseTo(values[i], within(1e-9 * values[i] + 1e-18));
      }
    }
  }

  private static JsonObject golden(String name) throws Exception {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(
                MetricsTest.class.getResourceAsStream("/goldens/" + name + ".json")),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }
}
