package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.autodiff.Gradients;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family with every head that users export: the file gives what the model gives. */
class EncoderExportTest {

  private static final List<Head> HEADS =
      List.of(
          Head.BODY,
          Head.MASKED_LM,
          Head.SEQUENCE_CLASSIFICATION,
          Head.TOKEN_CLASSIFICATION,
          Head.QUESTION_ANSWERING,
          Head.MULTIPLE_CHOICE);

  private static final int VOCABULARY = 40;

  @TempDir Path parent;

  static Stream<Arguments> models() {
    List<Arguments> models = new ArrayList<>();
    for (Head head : HEADS) {
      for (String type : Architectures.encoderTypes(Set.of(head))) {
        models.add(Arguments.of(type, head));
      }
    }
    return models.stream();
  }

  private static PretrainedModel tiny(String type, Head head) {
    EncoderConfig<?> config =
        Architectures.published(type)
            .with(
                s ->
                    s.sizes(2, 16, 2, 24)
                        .vocabulary(VOCABULARY, 1)
                        .dropout(0)
                        .initializerRange(0.3));
    return config.maximumLength(20).model(head);
  }

  @ParameterizedTest
  @MethodSource("models")
  void theExportedFolderGivesWhatTheModelGives(String type, Head head) {
    Random random = new Random(11);
    try (TrainableModel model = TrainableModel.initialize(tiny(type, head), 3)) {
      Path folder = parent.resolve("model");
      ModelExporter.of(model.model(), model.parameters()).write(folder);
      try (Session session =
          Session.load(folder.resolve("model.onnx"), SessionOptions.defaults())) {
        for (int length : new int[] {7, 12}) {
          Map<String, Tensor> inputs = inputs(model.model(), head, 3, length, random);
          Map<String, Tensor> expected = model.forward(inputs);
          try (Outputs outputs = session.run(inputs)) {
            assertThat(outputs.names()).containsExactlyInAnyOrderElementsOf(expected.keySet());
            expected.forEach(
                (name, tensor) -> {
                  assertThat(outputs.get(name).shape()).as(name).isEqualTo(tensor.shape());
                  assertThat(outputs.get(name).toFloatArray())
                      .as(name)
                      .containsExactly(tensor.toFloatArray(), within(1e-5f));
                });
          }
        }
      }
    }
  }

  /** Texts of different lengths, padded on the right. */
  private static Map<String, Tensor> inputs(
      PretrainedModel model, Head head, int texts, int length, Random random) {
    long[] shape =
        head == Head.MULTIPLE_CHOICE ? new long[] {1, texts, length} : new long[] {texts, length};
    long[] ids = new long[texts * length];
    long[] mask = new long[ids.length];
    long[] types = new long[ids.length];
    for (int text = 0; text < texts; text++) {
      int end = length - text * 2;
      for (int i = 0; i < length; i++) {
        ids[text * length + i] = i < end ? 2 + random.nextInt(VOCABULARY - 2) : 1;
        mask[text * length + i] = i < end ? 1 : 0;
        types[text * length + i] = i < end && i > end / 2 ? 1 : 0;
      }
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(ids, shape));
    inputs.put("attention_mask", Tensor.of(mask, shape));
    boolean segments = model.exportedInputs().contains("token_type_ids");
    if (segments) {
      inputs.put("token_type_ids", Tensor.of(types, shape));
    }
    return inputs;
  }

  static Stream<Arguments> trained() {
    return models().filter(model -> model.get()[1] != Head.BODY); // which has no loss
  }

  @ParameterizedTest
  @MethodSource("trained")
  void theTrainingGraphOfAnyLengthHasGradients(String type, Head head) {
    PretrainedModel model = tiny(type, head);
    Graph graph = Graph.training("training");
    model.declareInputs(graph);
    switch (head) {
      case QUESTION_ANSWERING -> {
        graph.input("start_positions", ElementType.INT64, Shape.of("batch"));
        graph.input("end_positions", ElementType.INT64, Shape.of("batch"));
      }
      case SEQUENCE_CLASSIFICATION, MULTIPLE_CHOICE ->
          graph.input("labels", ElementType.INT64, Shape.of("batch"));
      default -> graph.input("labels", ElementType.INT64, Shape.of("batch", "sequence"));
    }
    Value loss = Objects.requireNonNull(model.forward(Inputs.of(graph)).get("loss"));
    List<Value> parameters =
        graph.parameters().values().stream().map(Graph.Parameter::value).toList();
    Map<Value, Value> gradients = Gradients.of(loss, parameters);
    assertThat(parameters)
        .filteredOn(parameter -> !gradients.containsKey(parameter))
        .extracting(Value::name)
        .allMatch(name -> name.endsWith("mask_emb")); // XLNet's, for what is predicted
  }
}
