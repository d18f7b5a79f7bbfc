package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.Execution;
import io.parlance.InvalidInputException;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.autodiff.Gradients.Activations;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients and trajectories of training against the reference's. */
class GradientStepTest {

  private static final CounterRandom RANDOM = CounterRandom.of(1);

  static Path folder(String name) {
    return Goldens.folder("architectures/" + name);
  }

  private static JsonObject read(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  static Map<String, Tensor> batch(String name) throws IOException {
    Map<String, Map<String, Tensor>> cases = Goldens.cases(folder(name).resolve("inputs.json"));
    Map<String, Tensor> batch = cases.remove(cases.keySet().iterator().next());
    cases.values().forEach(others -> others.values().forEach(Tensor::close));
    return batch;
  }

  /** The model's training graph for inputs like these, with named sizes. */
  private static GradientStep step(TrainableModel model, Map<String, Tensor> batch) {
    return step(model, batch, Activations.KEPT);
  }

  static GradientStep step(
      TrainableModel model, Map<String, Tensor> batch, Activations activations) {
    Graph graph = Graph.training(model.model().architecture());
    boolean unrolled = model.model().architecture().equals("RnnLM");
    batch.forEach(
        (name, tensor) ->
            graph.input(
                name,
                tensor.type(),
                unrolled ? Shape.fixed(tensor.shape()) : symbols(name, batch)));
    Map<String, Value> outputs = model.model().forward(Inputs.of(graph));
    return GradientStep.of(
        graph,
        outputs,
        model.parameters(),
        graph.parameters().keySet(),
        activations,
        GradientStep.options());
  }

  private static Shape symbols(String name, Map<String, Tensor> batch) {
    Tensor labels = batch.get("labels");
    boolean targets = // as many as the decoder has, or as are predicted
        labels != null
            && labels.shape().length == 2
            && labels.shape()[1] != batch.get("input_ids").shape()[1];
    return switch (name) {
      case "perm_mask" -> Shape.of("batch", "sequence", "sequence");
      case "pairs" -> Shape.of("batch", "spans", 2);
      case "span_targets" -> Shape.of("batch", "spans", batch.get(name).shape()[2]);
      case "target_mapping" -> Shape.of("batch", "targets", "sequence");
      case "labels" -> targets ? Shape.of("batch", "targets") : symbols(batch.get(name));
      default -> symbols(batch.get(name));
    };
  }

  private static Shape symbols(Tensor tensor) {
    return switch (tensor.shape().length) {
      case 1 -> Shape.of("batch");
      case 2 -> Shape.of("batch", "sequence");
      default -> Shape.of("batch", "choices", "sequence");
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mlm",
        "bert-pretraining",
        "bert-qa",
        "bert-seqcls",
        "bert-tokcls",
        "bert-multiplechoice",
        "roberta-mlm",
        "distilbert-seqcls",
        "albert-pretraining",
        "electra-discriminator",
        "deberta-v2-seqcls",
        "xlnet-lm",
        "t5-v1_0-relu-tied",
        "marian-mt",
        "gpt2-lm",
        "llama-gqa",
        "mixtral-lm",
        "glm-blank-infilling"
      })
  void gradientsOfTheReference(String name) throws IOException {
    long handles = NativeHandles.live();
    JsonObject golden = read(folder(name).resolve("grads_summary.json"));
    Map<String, Tensor> batch = batch(name);
    try (TrainableModel model = TrainableModel.load(folder(name));
        GradientStep step = step(model, batch);
        Outputs outputs = step.run(batch, 1, false, RANDOM)) {
      assertThat((double) outputs.get("loss").floatAt(0))
          .isCloseTo(golden.get("loss").getAsDouble(), within(1e-5));
      JsonObject summaries = golden.getAsJsonObject("grads");
      assertThat(step.gradients().keySet()).containsExactlyInAnyOrderElementsOf(summaries.keySet());
      step.gradients().forEach((parameter, gradient) -> compare(parameter, gradient, summaries));
    }
    batch.values().forEach(Tensor::close);
    assertThat(NativeHandles.live()).isEqualTo(handles);
  }

  private static void compare(String parameter, Tensor gradient, JsonObject summaries) {
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (float value : gradient.toFloatArray()) {
      sum += value;
      squares += (double) value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    JsonObject summary = summaries.getAsJsonObject(parameter);
    assertThat(sum).as(parameter).isCloseTo(summary.get("sum").getAsDouble(), within(1e-5));
    assertThat(Math.sqrt(squares))
        .as(parameter)
        .isCloseTo(summary.get("l2").getAsDouble(), within(1e-5));
    assertThat(largest).as(parameter).isCloseTo(summary.get("max_abs").getAsDouble(), within(5e-6));
  }

  @Test
  void everyElementOfTheGradients() throws IOException {
    JsonObject golden = read(folder("bert-pretraining").resolve("grads.json"));
    Map<String, Tensor> batch = batch("bert-pretraining");
    try (TrainableModel model = TrainableModel.load(folder("bert-pretraining"));
        GradientStep step = step(model, batch);
        Outputs ignored = step.run(batch, 1, false, RANDOM)) {
      JsonObject expected = golden.getAsJsonObject("grads");
      assertThat(step.gradients().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
      step.gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(gradient.toFloatArray())
                      .as(name)
                      .containsExactly(floats(expected.getAsJsonObject(name)), within(5e-6f)));
    }
  }

  private static float[] floats(JsonObject tensor) {
    List<JsonElement> data = tensor.getAsJsonArray("data").asList();
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).getAsFloat();
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-mlm",
        "bert-pretraining",
        "bert-qa",
        "bert-seqcls",
        "bert-tokcls",
        "bert-multiplechoice",
        "roberta-mlm",
        "distilbert-seqcls",
        "albert-pretraining",
        "electra-discriminator",
        "deberta-v2-seqcls",
        "xlnet-lm",
        "spanbert-mlm-sbo",
        "electra-replaced-token-detection",
        "rnn-lm-lstm-2layer",
        "t5-v1_0-relu-tied",
        "marian-mt",
        "gpt2-lm",
        "llama-gqa",
        "mixtral-lm"
      })
  void trajectoriesOfTheReference(String name) throws IOException {
    JsonObject runs = read(folder(name).resolve("train.json")).getAsJsonObject("runs");
    for (String run : runs.keySet()) {
      Map<String, Tensor> batch = batch(name);
      try (TrainableModel model = TrainableModel.load(folder(name));
          GradientStep step = step(model, batch)) {
        train(model, step, batch, runs.getAsJsonObject(run), free(runs));
      }
    }
  }

  /** Parameters whose gradients cancel, so that their steps are noise. */
  private static Set<String> free(JsonObject runs) {
    Set<String> free = new HashSet<>();
    for (String run : runs.keySet()) {
      for (String key : List.of("params_not_reproducible", "params_not_comparable")) {
        if (runs.getAsJsonObject(run).has(key)) {
          runs.getAsJsonObject(run).getAsJsonArray(key).forEach(n -> free.add(n.getAsString()));
        }
      }
    }
    return free;
  }

  private static void train(
      TrainableModel model,
      GradientStep step,
      Map<String, Tensor> batch,
      JsonObject run,
      Set<String> free) {
    JsonElement clip = run.get("clip_grad_norm");
    AdamW options =
        AdamW.DEFAULT.withMaximumGradientNorm(
            clip.isJsonNull() ? Double.POSITIVE_INFINITY : clip.getAsDouble());
    List<JsonElement> losses = run.getAsJsonArray("losses").asList();
    // how far the reference itself is from double precision
    JsonElement noise = run.get("max_loss_diff_vs_float64");
    double tolerance = Math.max(1e-5, noise == null ? 0 : 2 * noise.getAsDouble());
    try (OptimizerStep optimizer =
        new OptimizerStep(
            options,
            model.parameters(),
            step.gradients(),
            n -> ParameterGroup.decayed(run.get("weight_decay").getAsDouble()))) {
      for (int i = 0; i < losses.size(); i++) {
        try (Outputs outputs = step.run(batch, 1, false, RANDOM)) {
          assertThat((double) outputs.get("loss").floatAt(0))
              .as("loss before update %d", i)
              .isCloseTo(losses.get(i).getAsDouble(), within(tolerance));
        }
        if (i < losses.size() - 1) {
          optimizer.apply(run.get("lr").getAsDouble(), i + 1);
        }
      }
    }
    JsonObject after = run.getAsJsonObject("params_after");
    for (String name : after.keySet()) {
      if (free.contains(name)) {
        continue;
      }
      double sum = 0;
      double squares = 0;
      for (float value : model.parameters().get(name).toFloatArray()) {
        sum += value;
        squares += (double) value * value;
      }
      JsonObject expected = after.getAsJsonObject(name);
      // where the loss is large, Adam makes steps of the noise of small gradients
      assertThat(sum)
          .as(name)
          .isCloseTo(expected.get("sum").getAsDouble(), within(tolerance == 1e-5 ? 1e-4 : 2e-3));
      assertThat(Math.sqrt(squares))
          .as(name)
          .isCloseTo(expected.get("l2").getAsDouble(), within(tolerance));
    }
  }

  /** Two halves weighted by their shares give the gradients of the whole batch. */
  @Test
  void accumulatedGradients() throws IOException {
    Map<String, Tensor> batch = batch("bert-seqcls");
    try (TrainableModel model = TrainableModel.load(folder("bert-seqcls"));
        GradientStep step = step(model, batch)) {
      long rows = batch.get("input_ids").shape()[0];
      step.run(batch, 1, false, RANDOM).close();
      Map<String, float[]> whole = new LinkedHashMap<>();
      step.gradients().forEach((name, gradient) -> whole.put(name, gradient.toFloatArray()));
      for (long row = 0; row < rows; row++) {
        step.run(row(batch, row), 1.0 / rows, row > 0, RANDOM).close();
      }
      step.gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(gradient.toFloatArray())
                      .as(name)
                      .containsExactly(whole.get(name), within(2e-6f)));
    }
  }

  /** As above, on several threads, and the same bits each time. */
  @Test
  void partsAtOnce() throws IOException {
    Map<String, Tensor> batch = batch("bert-mlm");
    try (TrainableModel model = TrainableModel.load(folder("bert-mlm"))) {
      Graph graph = Graph.training("parts");
      batch.forEach((name, tensor) -> graph.input(name, tensor.type(), symbols(tensor)));
      Map<String, Value> outputs = model.model().forward(Inputs.of(graph));
      long handles = NativeHandles.live();
      try (GradientStep step =
          GradientStep.of(
              graph,
              outputs,
              model.parameters(),
              graph.parameters().keySet(),
              Activations.KEPT,
              GradientStep.options().withExecution(Execution.cpu().threads(3)))) {
        float loss = loss(step, batch, RANDOM);
        Map<String, float[]> whole = copy(step.gradients());
        List<GradientStep.Part> parts = parts(batch);
        assertThat(step.run(parts, RANDOM)).isCloseTo(loss, within(2e-6));
        Map<String, float[]> first = copy(step.gradients());
        whole.forEach(
            (name, gradient) ->
                assertThat(first.get(name)).as(name).containsExactly(gradient, within(5e-6f)));
        for (int i = 0; i < 3; i++) {
          step.run(parts, RANDOM);
          copy(step.gradients())
              .forEach((name, gradient) -> assertThat(gradient).isEqualTo(first.get(name)));
        }
        assertThat(step.run(parts.subList(0, 1), RANDOM)).isFinite();
        parts.forEach(part -> part.inputs().values().forEach(Tensor::close));
      }
      assertThat(NativeHandles.live()).isEqualTo(handles);
    }
  }

  /** Rows, weighted by the labels that count. */
  private static List<GradientStep.Part> parts(Map<String, Tensor> batch) {
    long rows = batch.get("input_ids").shape()[0];
    long all = counted(batch.get("labels"));
    List<GradientStep.Part> parts = new ArrayList<>();
    for (long row = 0; row < rows; row++) {
      Map<String, Tensor> inputs = row(batch, row);
      parts.add(new GradientStep.Part(inputs, (double) counted(inputs.get("labels")) / all));
    }
    return parts;
  }

  private static long counted(Tensor labels) {
    return Arrays.stream(labels.toLongArray()).filter(label -> label != -100).count();
  }

  private static Map<String, float[]> copy(Map<String, Tensor> tensors) {
    Map<String, float[]> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.toFloatArray()));
    return copies;
  }

  @Test
  void failureOnOneThreadReachesTheCaller() throws IOException {
    Map<String, Tensor> batch = batch("bert-seqcls");
    try (TrainableModel model = TrainableModel.load(folder("bert-seqcls"));
        GradientStep step = step(model, batch)) {
      GradientStep.Part good = new GradientStep.Part(batch, 0.5);
      GradientStep.Part bad = new GradientStep.Part(Map.of(), 0.5);
      assertThatThrownBy(() -> step.run(List.of(good, bad), RANDOM))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("is missing");
      assertThat(step.run(List.of(good), RANDOM)).isFinite();
    }
  }

  private static Map<String, Tensor> row(Map<String, Tensor> batch, long row) {
    Map<String, Tensor> part = new LinkedHashMap<>();
    batch.forEach(
        (name, tensor) -> {
          long[] shape = tensor.shape();
          int size = (int) (tensor.elementCount() / shape[0]);
          shape[0] = 1;
          long[] values = new long[size];
          System.arraycopy(tensor.toLongArray(), (int) row * size, values, 0, size);
          part.put(name, Tensor.of(values, shape));
        });
    return part;
  }

  @Test
  void dropoutDependsOnTheGeneratorAlone() {
    Graph graph = Graph.training("dropout");
    Value x = graph.input("x", ElementType.FLOAT32, Shape.of("batch", 1000));
    Value w = graph.parameter("w", Initialization.ONES, 1000);
    Value product = Operators.mul(x, w);
    Value mask = Operators.cast(graph.dropoutMask(product.shape(), 0.25), ElementType.FLOAT32);
    Value loss = Operators.reduceSum(Operators.mul(product, mask), false);
    float[] values = new float[3000];
    Arrays.fill(values, 1);
    Map<String, Tensor> batch = Map.of("x", Tensor.of(values, 3, 1000));
    float[] weights = new float[1000];
    Arrays.fill(weights, 1);
    try (GradientStep step =
        GradientStep.of(graph, Map.of("loss", loss), Map.of("w", Tensor.of(weights, 1000)))) {
      float first = loss(step, batch, RANDOM.fork(1));
      float second = loss(step, batch, RANDOM.fork(2));
      assertThat(loss(step, batch, RANDOM.fork(1))).isEqualTo(first).isNotEqualTo(second);
      assertThat(first).isBetween(2250 - 100f, 2250 + 100f);
      float sum = 0;
      step.run(batch, 1, false, RANDOM.fork(1)).close();
      for (float value : step.gradients().get("w").toFloatArray()) {
        sum += value;
      }
      assertThat(sum).isEqualTo(first);
    }
  }

  private static float loss(GradientStep step, Map<String, Tensor> batch, CounterRandom random) {
    try (Outputs outputs = step.run(batch, 1, false, random)) {
      return outputs.get("loss").floatAt(0);
    }
  }

  @Test
  void frozenParametersHaveNoGradients() throws IOException {
    Map<String, Tensor> batch = batch("bert-seqcls");
    try (TrainableModel model = TrainableModel.load(folder("bert-seqcls"))) {
      Graph graph = Graph.training("frozen");
      batch.forEach((name, tensor) -> graph.input(name, tensor.type(), symbols(tensor)));
      Map<String, Value> outputs = model.model().forward(Inputs.of(graph));
      Set<String> head = Set.of("classifier.weight", "classifier.bias");
      try (GradientStep step =
          GradientStep.of(
              graph, outputs, model.parameters(), head, Activations.KEPT, GradientStep.options())) {
        assertThat(step.gradients().keySet()).isEqualTo(head);
      }
    }
  }

  @Test
  void missingLossOrParameterIsNamed() {
    Graph graph = Graph.training("net");
    Value w = graph.parameter("w", Initialization.ONES, 1);
    assertThatThrownBy(() -> GradientStep.of(graph, Map.of("logits", w), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("training needs an output loss; graph net")
        .hasMessageContaining("[logits]");
    assertThatThrownBy(() -> GradientStep.of(graph, Map.of("loss", w), Map.of()))
        .hasMessageContaining("parameter w of graph net");
  }
}
