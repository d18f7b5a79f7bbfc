package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.InvalidInputException;
import io.parlance.models.Goldens;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AdamW and clipping against PyTorch's results. */
class OptimizerStepTest {

  private static final List<String> NAMES = List.of("matrix", "vector");

  private static JsonObject read(String file) throws IOException {
    return JsonParser.parseString(Files.readString(Goldens.folder("training").resolve(file)))
        .getAsJsonObject();
  }

  private static Map<String, Tensor> tensors(JsonObject json) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : NAMES) {
      tensors.put(name, tensor(json.getAsJsonObject(name)));
    }
    return tensors;
  }

  private static Tensor tensor(JsonObject json) {
    long[] shape =
        json.getAsJsonArray("shape").asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    return Tensor.of(floats(json), shape);
  }

  private static float[] floats(JsonObject json) {
    JsonArray data = json.getAsJsonArray("data");
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).getAsFloat();
    }
    return values;
  }

  private static AdamW options(JsonObject settings) {
    JsonArray betas = settings.getAsJsonArray("betas");
    return new AdamW(
        betas.get(0).getAsDouble(),
        betas.get(1).getAsDouble(),
        settings.get("eps").getAsDouble(),
        Double.POSITIVE_INFINITY);
  }

  private static double decay(JsonObject settings) {
    return settings.has("weight_decay") ? settings.get("weight_decay").getAsDouble() : 0;
  }

  private static void compare(Map<String, Tensor> actual, JsonObject expected) {
    for (String name : NAMES) {
      float[] values = floats(expected.getAsJsonObject(name));
      float[] found = actual.get(name).toFloatArray();
      for (int i = 0; i < values.length; i++) {
        assertThat((double) found[i])
            .as("%s[%d]", name, i)
            .isCloseTo(values[i], within(1e-6 + 1e-5 * Math.abs(values[i])));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "adamw_roberta"})
  void givenGradients(String name) throws IOException {
    JsonObject file = read("adamw.json");
    JsonObject inputs = file.getAsJsonObject("inputs");
    JsonObject golden = file.getAsJsonObject("cases").getAsJsonObject(name);
    JsonObject settings = golden.getAsJsonObject("settings");
    Map<String, Tensor> parameters = tensors(inputs.getAsJsonObject("initial"));
    Map<String, Tensor> gradients = tensors(inputs.getAsJsonObject("initial"));
    try (OptimizerStep step =
        new OptimizerStep(
            options(settings),
            parameters,
            gradients,
            n -> ParameterGroup.decayed(decay(settings)))) {
      for (int i = 0; i < 10; i++) {
        JsonObject given =
            inputs.getAsJsonObject("fixed_gradients").getAsJsonObject(Integer.toString(i));
        for (String each : NAMES) {
          gradients.get(each).buffer().asFloatBuffer().put(floats(given.getAsJsonObject(each)));
        }
        step.apply(settings.get("lr").getAsDouble(), i + 1);
        compare(
            parameters,
            golden.getAsJsonObject("fixed_gradients").getAsJsonObject("after_step_" + (i + 1)));
      }
    }
    parameters.values().forEach(Tensor::close);
    gradients.values().forEach(Tensor::close);
  }

  /** Gradients from a graph: sum of curvature (p - target)^2 / 2. */
  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "adamw_roberta"})
  void quadraticFunction(String name) throws IOException {
    long handles = NativeHandles.live();
    JsonObject file = read("adamw.json");
    JsonObject inputs = file.getAsJsonObject("inputs");
    JsonObject golden = file.getAsJsonObject("cases").getAsJsonObject(name);
    JsonObject settings = golden.getAsJsonObject("settings");
    Map<String, Tensor> parameters = tensors(inputs.getAsJsonObject("initial"));
    JsonObject expected = golden.getAsJsonObject("quadratic");
    JsonArray losses = expected.getAsJsonArray("losses_before_each_step");
    JsonObject quadratic = inputs.getAsJsonObject("quadratic");
    Graph graph = Graph.training("quadratic");
    Map<String, Tensor> batch = new LinkedHashMap<>();
    Value loss = graph.scalar(0);
    for (String each : NAMES) {
      Tensor target = tensor(quadratic.getAsJsonObject("target").getAsJsonObject(each));
      Tensor curvature = tensor(quadratic.getAsJsonObject("curvature").getAsJsonObject(each));
      batch.put("target." + each, target);
      batch.put("curvature." + each, curvature);
      Shape shape = Shape.fixed(target.shape());
      Value p = graph.parameter(each, Initialization.ZEROS, target.shape());
      Value t = graph.input("target." + each, target.type(), shape);
      Value c = graph.input("curvature." + each, target.type(), shape);
      Value difference = Operators.sub(p, t);
      loss =
          Operators.add(
              loss,
              Operators.mul(
                  Operators.reduceSum(
                      Operators.mul(c, Operators.mul(difference, difference)), false),
                  0.5));
    }
    try (GradientStep gradients =
            GradientStep.of(graph, Map.of(GradientStep.LOSS, loss), parameters);
        OptimizerStep optimizer =
            new OptimizerStep(
                options(settings),
                parameters,
                gradients.gradients(),
                n -> ParameterGroup.decayed(decay(settings)))) {
      for (int i = 1; i <= 10; i++) {
        try (Outputs outputs = gradients.run(batch, 1, false, CounterRandom.of(0))) {
          assertThat((double) outputs.get("loss").floatAt(0))
              .isCloseTo(losses.get(i - 1).getAsDouble(), within(1e-5));
        }
        optimizer.apply(settings.get("lr").getAsDouble(), i);
        if (expected.has("after_step_" + i)) {
          compare(parameters, expected.getAsJsonObject("after_step_" + i));
        }
      }
    }
    parameters.values().forEach(Tensor::close);
    batch.values().forEach(Tensor::close);
    assertThat(NativeHandles.live()).isEqualTo(handles);
  }

  /** The norm is PyTorch's, and what was clipped shows in the sums of gradients after one step. */
  @Test
  void clipping() throws IOException {
    for (JsonElement element : read("gradient-clipping.json").getAsJsonArray("cases")) {
      JsonObject golden = element.getAsJsonObject();
      JsonObject input = golden.getAsJsonObject("input");
      JsonObject expected = golden.getAsJsonObject("expected");
      Map<String, Tensor> gradients = tensors(input.getAsJsonObject("gradients"));
      Map<String, Tensor> parameters = tensors(input.getAsJsonObject("gradients"));
      AdamW options = AdamW.DEFAULT.withMaximumGradientNorm(input.get("max_norm").getAsDouble());
      try (OptimizerStep step =
          new OptimizerStep(options, parameters, gradients, n -> ParameterGroup.decayed(0))) {
        double norm = step.apply(0.1, 1);
        double total = expected.get("total_norm").getAsDouble();
        assertThat(norm).isCloseTo(total, within(1e-6 * Math.max(1, total)));
        Map<String, Tensor> clipped =
            Map.of(
                "matrix",
                step.state().get("mean/matrix"),
                "vector",
                step.state().get("mean/vector"));
        compare(clipped, expected.getAsJsonObject("clipped"));
      }
    }
  }

  @Test
  void groupsHaveTheirOwnDecayAndLearningRate() {
    Tensor a = Tensor.of(new float[] {1, -2}, 2);
    Tensor b = Tensor.of(new float[] {1, -2}, 2);
    Tensor c = Tensor.of(new float[] {1, -2}, 2);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (String name : List.of("a", "b", "c")) {
      gradients.put(name, Tensor.of(new float[] {0.5f, 0.5f}, 2));
    }
    Map<String, ParameterGroup> groups =
        Map.of(
            "a", ParameterGroup.decayed(0),
            "b", ParameterGroup.decayed(0.5),
            "c", new ParameterGroup(0, 0));
    try (OptimizerStep step =
        new OptimizerStep(AdamW.DEFAULT, Map.of("a", a, "b", b, "c", c), gradients, groups::get)) {
      step.apply(0.1, 1);
    }
    // the first step of Adam has the length of the learning rate
    assertThat(a.toFloatArray()).containsExactly(new float[] {0.9f, -2.1f}, within(1e-6f));
    assertThat(b.toFloatArray()).containsExactly(new float[] {0.85f, -2}, within(1e-6f));
    assertThat(c.toFloatArray()).containsExactly(1, -2);
  }

  @Test
  void wrongOptionsAreRefused() {
    assertThatThrownBy(() -> new AdamW(1, 0.999, 1e-8, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("beta1 1.0 must be in [0, 1)");
    assertThatThrownBy(() -> new AdamW(0.9, 0.999, 0, 1))
        .hasMessage("epsilon 0.0 must be positive");
    assertThatThrownBy(() -> AdamW.DEFAULT.withMaximumGradientNorm(Double.NaN))
        .hasMessage("maximum gradient norm NaN must be positive");
    assertThatThrownBy(() -> ParameterGroup.decayed(-1))
        .hasMessage("weight decay -1.0 must not be negative");
    assertThatThrownBy(
            () ->
                new OptimizerStep(
                    AdamW.DEFAULT, Map.of(), Map.of(), n -> ParameterGroup.decayed(0)))
        .hasMessage("there is nothing to optimize: no parameter is trained");
  }

  @Test
  void restoredStateGoesOnBitByBit() {
    float[] start = {1, -2, 3};
    Tensor gradient = Tensor.of(new float[] {0.3f, -0.1f, 0.7f}, 3);
    Tensor undisturbed = Tensor.of(start, 3);
    Tensor resumed = Tensor.of(start, 3);
    Map<String, Tensor> gradients = Map.of("p", gradient);
    try (OptimizerStep whole = step(undisturbed, gradients);
        OptimizerStep before = step(resumed, gradients);
        OptimizerStep after = step(resumed, gradients)) {
      for (int i = 1; i <= 4; i++) {
        whole.apply(0.01, i);
      }
      before.apply(0.01, 1);
      before.apply(0.01, 2);
      before
          .state()
          .forEach((name, tensor) -> after.state().get(name).buffer().put(tensor.buffer()));
      after.apply(0.01, 3);
      after.apply(0.01, 4);
    }
    assertThat(resumed.toFloatArray()).isEqualTo(undisturbed.toFloatArray());
  }

  private static OptimizerStep step(Tensor parameter, Map<String, Tensor> gradients) {
    return new OptimizerStep(
        AdamW.DEFAULT, Map.of("p", parameter), gradients, n -> ParameterGroup.decayed(0.01));
  }
}
