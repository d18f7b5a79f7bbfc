package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.BartConfig;
import io.parlance.models.architecture.EncoderDecoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Inputs;
import io.parlance.models.architecture.MarianConfig;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.T5Config;
import io.parlance.models.autodiff.Gradients;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.DecoderBatch;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exported encoder-decoders give, call by call, what the reference gives for the whole text; what
 * was made of the encoder's states is made once.
 */
class EncoderDecoderGraphTest {

  private static final String PAST = "past_key_values.";

  @TempDir Path parent;

  @ParameterizedTest
  @CsvSource({
    "t5-v1_0-relu-tied, PAIR",
    "t5-v1_0-relu-tied, MERGED",
    "t5-v1_1-gated-untied, MERGED",
    "marian-mt, PAIR",
    "marian-mt, MERGED"
  })
  void decodesInSteps(String name, DecoderLayout layout) throws IOException {
    Path source = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> expected = Goldens.cases(source.resolve("expected.json"));
    Map<String, Tensor> inputs =
        Goldens.cases(source.resolve("inputs.json")).get("explicit_decoder");
    Path folder = parent.resolve("model");
    try (TrainableModel model = TrainableModel.load(source)) {
      ModelExporter exporter = ModelExporter.of(model.model(), model.parameters()).layout(layout);
      exporter.write(folder);
      exporter.write(folder); // what was exported before is replaced
    }
    ModelFolder exported = ModelFolder.open(ModelSource.of(folder));
    SessionOptions options = SessionOptions.defaults();
    List<String> roles = layout.roles();
    try (Session encoder = exported.loadGraph(ModelFolder.ENCODER, options);
        Session first = exported.loadGraph(roles.get(0), options);
        Session then = exported.loadGraph(roles.get(roles.size() - 1), options);
        Outputs encoded =
            encoder.run(
                Map.of(
                    "input_ids", inputs.get("input_ids"),
                    "attention_mask", inputs.get("attention_mask")))) {
      Tensor states = encoded.get("last_hidden_state");
      assertThat(states.toFloatArray())
          .containsExactly(
              expected.get("labels_only").get("encoder_last_hidden_state").toFloatArray(),
              within(1e-5f));
      Steps steps = new Steps(inputs, states, expected.get("explicit_decoder").get("logits"));
      steps.run(first, 0, 2);
      steps.run(then, 2, 3);
      steps.run(then, 3, 5); // the graphs take several tokens at once
      steps.run(then, 5, 7);
    }
  }

  /** One target decoded call by call. */
  private static final class Steps {
    private final Map<String, Tensor> inputs;
    private final Tensor states;
    private final Tensor logits;
    private final Map<String, Tensor> past = new LinkedHashMap<>();

    Steps(Map<String, Tensor> inputs, Tensor states, Tensor logits) {
      this.inputs = inputs;
      this.states = states;
      this.logits = logits;
    }

    void run(Session session, int from, int to) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      for (String name : session.inputs().keySet()) {
        given.put(name, input(session, name, from, to));
      }
      try (Outputs outputs = session.run(given)) {
        compare(outputs.get("logits"), from, to);
        for (String name : outputs.names()) {
          if (name.startsWith("present.")) {
            Tensor present = outputs.get(name);
            Tensor old =
                past.put(
                    name.replace("present.", PAST),
                    Tensor.of(present.toFloatArray(), present.shape()));
            if (old != null && name.contains(".encoder.")) {
              assertThat(present.toFloatArray()).containsExactly(old.toFloatArray());
            }
          }
        }
      }
    }

    private Tensor input(Session session, String name, int from, int to) {
      return switch (name) {
        case "input_ids" -> columns(inputs.get("decoder_input_ids"), from, to);
        case "encoder_attention_mask" -> inputs.get("attention_mask");
        case "encoder_hidden_states" -> states;
        case "use_cache_branch" -> Tensor.of(new boolean[] {from > 0}, 1);
        default -> {
          Tensor known = past.get(name);
          yield known != null ? known : ignored(session, name);
        }
      };
    }

    /** A past that must not count. */
    private Tensor ignored(Session session, String name) {
      List<Long> shape = session.inputs().get(name).dimensions();
      long rows = states.shape()[0];
      float[] noise = new float[(int) (rows * shape.get(1) * shape.get(3))];
      Arrays.fill(noise, 7);
      return Tensor.of(noise, rows, shape.get(1), 1, shape.get(3));
    }

    private static Tensor columns(Tensor tensor, int from, int to) {
      int rows = (int) tensor.shape()[0];
      int width = (int) tensor.shape()[1];
      long[] all = tensor.toLongArray();
      long[] part = new long[rows * (to - from)];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(all, row * width + from, part, row * (to - from), to - from);
      }
      return Tensor.of(part, rows, to - from);
    }

    private void compare(Tensor actual, int from, int to) {
      int length = (int) logits.shape()[1];
      int classes = (int) logits.shape()[2];
      long[] mask = inputs.get("decoder_attention_mask").toLongArray();
      float[] all = logits.toFloatArray();
      float[] part = actual.toFloatArray();
      for (int row = 0; row < logits.shape()[0]; row++) {
        for (int token = from; token < to; token++) {
          if (mask[row * length + token] == 0) {
            continue; // the graphs have no such mask: generation ends there
          }
          int begin = (row * length + token) * classes;
          int own = (row * (to - from) + token - from) * classes;
          assertThat(Arrays.copyOfRange(part, own, own + classes))
              .as("row %d, token %d", row, token)
              .containsExactly(Arrays.copyOfRange(all, begin, begin + classes), within(1e-5f));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAIR", "MERGED"})
  void hasTheConventionalNames(DecoderLayout layout) throws IOException {
    Path folder = parent.resolve("model");
    try (TrainableModel model =
        TrainableModel.load(Goldens.folder("architectures/t5-v1_0-relu-tied"))) {
      ModelExporter.of(model.model(), model.parameters()).layout(layout).write(folder);
    }
    ModelFolder exported = ModelFolder.open(ModelSource.of(folder));
    List<String> own =
        Stream.of("0.decoder.key", "0.decoder.value", "1.decoder.key", "1.decoder.value").toList();
    List<String> all =
        Stream.of("0", "1")
            .flatMap(
                layer ->
                    Stream.of(".decoder.key", ".decoder.value", ".encoder.key", ".encoder.value")
                        .map(layer::concat))
            .toList();
    for (String role : layout.roles()) {
      boolean encodes = !role.equals(ModelFolder.DECODER_WITH_PAST);
      try (Session session = exported.loadGraph(role, SessionOptions.defaults())) {
        List<String> inputs =
            Stream.of(
                    Stream.of("encoder_attention_mask", "input_ids"),
                    encodes ? Stream.of("encoder_hidden_states") : Stream.<String>of(),
                    role.equals(ModelFolder.DECODER)
                        ? Stream.<String>of()
                        : all.stream().map(PAST::concat),
                    role.equals(ModelFolder.DECODER_MERGED)
                        ? Stream.of("use_cache_branch")
                        : Stream.<String>of())
                .flatMap(names -> names)
                .toList();
        assertThat(session.inputs().keySet()).containsExactlyElementsOf(inputs);
        assertThat(session.outputs().keySet())
            .containsExactlyElementsOf(
                Stream.concat(
                        Stream.of("logits"), (encodes ? all : own).stream().map("present."::concat))
                    .toList());
      }
    }
  }

  @Test
  void isAPairUnlessToldOtherwise() throws IOException {
    Path source = Goldens.folder("architectures/marian-mt");
    Path folder = parent.resolve("model");
    try (TrainableModel model = TrainableModel.load(source)) {
      ModelExporter exporter = ModelExporter.of(model.model(), model.parameters());
      exporter.write(folder);
      assertThatThrownBy(() -> exporter.layout(DecoderLayout.SINGLE))
          .hasMessageContaining("MarianMTModel has no graphs [model]; it has [encoder_model,");
    }
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "config.json",
            "generation_config.json",
            "encoder_model.onnx",
            "decoder_model.onnx",
            "decoder_with_past_model.onnx");
    assertThat(folder.resolve("generation_config.json"))
        .content()
        .contains("\"decoder_start_token_id\": 99", "\"forced_eos_token_id\": 0");
  }

  /** Also where the reference's numbers are not at hand: as the whole text in one pass. */
  @ParameterizedTest
  @CsvSource({
    "MT5ForConditionalGeneration, PAIR",
    "UMT5ForConditionalGeneration, PAIR",
    "BartForConditionalGeneration, PAIR",
    "BartForConditionalGeneration, MERGED",
    "MBartForConditionalGeneration, PAIR",
    "MBartForConditionalGeneration, MERGED",
    "PegasusForConditionalGeneration, PAIR",
    "M2M100ForConditionalGeneration, PAIR",
    "M2M100ForConditionalGeneration, MERGED"
  })
  void everyFamilyDecodesInSteps(String architecture, DecoderLayout layout) {
    JsonObject config =
        JsonParser.parseString(
                "{'vocab_size': 42, 'd_model': 12, 'encoder_layers': 1, 'decoder_layers': 2,"
                    + " 'encoder_attention_heads': 3, 'decoder_attention_heads': 2,"
                    + " 'encoder_ffn_dim': 20, 'decoder_ffn_dim': 16, 'init_std': 0.3,"
                    + " 'max_position_embeddings': 12, 'd_kv': 5, 'num_layers': 1,"
                    + " 'num_decoder_layers': 3, 'num_heads': 3, 'd_ff': 17}")
            .getAsJsonObject();
    config.add("architectures", JsonParser.parseString("['" + architecture + "']"));
    if (architecture.contains("T5")) {
      config.addProperty("model_type", architecture.startsWith("UMT5") ? "umt5" : "mt5");
    }
    PretrainedModel description = Architectures.of(ModelConfig.of("tiny", config), Set.of());
    Path folder = parent.resolve("model");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(new long[] {8, 9, 4, 2, 5, 2, 1, 1}, 2, 4));
    inputs.put("attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 1, 0, 0}, 2, 4));
    inputs.put(
        "decoder_input_ids",
        Tensor.of(new long[] {2, 7, 7, 30, 12, 9, 5, 2, 41, 3, 4, 7, 2, 6}, 2, 7));
    try (TrainableModel model = TrainableModel.initialize(description, 5)) {
      ModelExporter.of(model.model(), model.parameters()).layout(layout).write(folder);
      Map<String, Tensor> whole = model.forward(inputs);
      inputs.put(
          "decoder_attention_mask",
          Tensor.of(new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 2, 7));
      ModelFolder exported = ModelFolder.open(ModelSource.of(folder));
      SessionOptions options = SessionOptions.defaults();
      List<String> roles = layout.roles();
      try (Session first = exported.loadGraph(roles.get(0), options);
          Session then = exported.loadGraph(roles.get(roles.size() - 1), options)) {
        Steps steps =
            new Steps(inputs, whole.get("encoder_last_hidden_state"), whole.get("logits"));
        steps.run(first, 0, 1);
        steps.run(then, 1, 2);
        steps.run(then, 2, 7);
      }
    }
  }

  /** Both sides have a table of their own; the runtime takes what each of them knows. */
  @Test
  void runsWithTwoVocabularies() {
    JsonObject config =
        JsonParser.parseString(
                "{'architectures': ['MarianMTModel'], 'vocab_size': 60, 'decoder_vocab_size': 40,"
                    + " 'share_encoder_decoder_embeddings': false, 'pad_token_id': 39,"
                    + " 'decoder_start_token_id': 39, 'd_model': 12, 'encoder_layers': 1,"
                    + " 'decoder_layers': 2, 'encoder_attention_heads': 3,"
                    + " 'decoder_attention_heads': 2, 'encoder_ffn_dim': 20,"
                    + " 'decoder_ffn_dim': 16, 'init_std': 0.3}")
            .getAsJsonObject();
    PretrainedModel description = Architectures.of(ModelConfig.of("tiny", config), Set.of());
    assertThat(description.parameters())
        .containsKeys("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight")
        .doesNotContainKeys("model.shared.weight", "lm_head.weight");
    Path folder = parent.resolve("model");
    int[] source = {59, 7, 41, 0};
    int[] target = {39, 5, 22};
    float[] expected;
    try (TrainableModel model = TrainableModel.initialize(description, 5)) {
      ModelExporter.of(model.model(), model.parameters()).write(folder);
      expected =
          model
              .forward(
                  Map.of(
                      "input_ids", Tensor.of(new long[] {59, 7, 41, 0}, 1, 4),
                      "decoder_input_ids", Tensor.of(new long[] {39, 5, 22}, 1, 3)))
              .get("logits")
              .toFloatArray();
    }
    ModelFolder exported = ModelFolder.open(ModelSource.of(folder));
    SessionOptions options = SessionOptions.defaults();
    Session encoder = exported.loadGraph(ModelFolder.ENCODER, options);
    List<Session> graphs =
        DecoderLayout.PAIR.roles().stream().map(role -> exported.loadGraph(role, options)).toList();
    int vocabulary = exported.config().vocabularySize().orElseThrow();
    try (Decoder decoder = Decoder.of(graphs, encoder, new Decoder.Sizes(0, 0, vocabulary));
        DecoderBatch batch = decoder.start(List.of(source), List.of(new int[] {target[0]}), null)) {
      float[] logits = new float[40];
      for (int i = 0; i < target.length; i++) {
        if (i > 0) {
          batch.feed(new int[] {target[i]}, 1, 1, null);
        }
        batch.logits(0, 0, logits);
        assertThat(logits)
            .containsExactly(Arrays.copyOfRange(expected, 40 * i, 40 * i + 40), within(1e-5f));
      }
      assertThatThrownBy(() -> decoder.start(List.of(new int[] {60}), List.of(target), null))
          .hasMessageContaining("token id 60 is not between 0 and 59");
      assertThatThrownBy(() -> batch.feed(new int[] {40}, 1, 1, null))
          .hasMessageContaining("token id 40 is not between 0 and 39");
    }
  }

  /** What has no text as its result is one graph. */
  @ParameterizedTest
  @ValueSource(strings = {"bart-seqcls"})
  void classifiersAreOneGraph(String name) throws IOException {
    Path source = Goldens.folder("architectures/" + name);
    Map<String, Tensor> inputs = Goldens.cases(source.resolve("inputs.json")).get("default");
    Tensor expected = Goldens.cases(source.resolve("expected.json")).get("default").get("logits");
    Path folder = parent.resolve("model");
    try (TrainableModel model = TrainableModel.load(source)) {
      ModelExporter.of(model.model(), model.parameters()).write(folder);
    }
    ModelFolder exported = ModelFolder.open(ModelSource.of(folder));
    try (Session session = exported.loadGraph(ModelFolder.MODEL, SessionOptions.defaults())) {
      Map<String, Tensor> given = new LinkedHashMap<>(inputs);
      given.keySet().retainAll(session.inputs().keySet());
      try (Outputs outputs = session.run(given)) {
        assertThat(outputs.get("logits").toFloatArray())
            .containsExactly(expected.toFloatArray(), within(1e-5f));
      }
    }
  }

  static Stream<Arguments> trained() {
    return Stream.of(
        Arguments.of(T5Config.small(), Head.CONDITIONAL_GENERATION),
        Arguments.of(T5Config.v1_1Small(), Head.SEQUENCE_CLASSIFICATION),
        Arguments.of(T5Config.v1_1Small(), Head.TOKEN_CLASSIFICATION),
        Arguments.of(T5Config.small(), Head.QUESTION_ANSWERING),
        Arguments.of(BartConfig.base(), Head.CONDITIONAL_GENERATION),
        Arguments.of(BartConfig.base(), Head.SEQUENCE_CLASSIFICATION),
        Arguments.of(BartConfig.base(), Head.QUESTION_ANSWERING),
        Arguments.of(MarianConfig.opusMt(100), Head.CONDITIONAL_GENERATION));
  }

  @ParameterizedTest
  @MethodSource("trained")
  void theTrainingGraphOfAnyLengthHasGradients(EncoderDecoderConfig config, Head head) {
    PretrainedModel model = config.model(head);
    Graph graph = Graph.training("training");
    graph.input("input_ids", ElementType.INT64, Shape.of("batch", "sequence"));
    graph.input("attention_mask", ElementType.INT64, Shape.of("batch", "sequence"));
    switch (head) {
      case QUESTION_ANSWERING -> {
        graph.input("start_positions", ElementType.INT64, Shape.of("batch"));
        graph.input("end_positions", ElementType.INT64, Shape.of("batch"));
      }
      case SEQUENCE_CLASSIFICATION -> graph.input("labels", ElementType.INT64, Shape.of("batch"));
      case TOKEN_CLASSIFICATION ->
          graph.input("labels", ElementType.INT64, Shape.of("batch", "sequence"));
      default -> graph.input("labels", ElementType.INT64, Shape.of("batch", "targets"));
    }
    Value loss = Objects.requireNonNull(model.forward(Inputs.of(graph)).get("loss"));
    List<Value> parameters =
        graph.parameters().values().stream()
            .filter(Graph.Parameter::trained)
            .map(Graph.Parameter::value)
            .toList();
    assertThat(graph.dropouts()).isNotEmpty();
    assertThat(Gradients.of(loss, parameters)).containsOnlyKeys(parameters);
  }
}
