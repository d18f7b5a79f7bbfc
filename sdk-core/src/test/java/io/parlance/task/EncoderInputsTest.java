package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.TestModels;
import io.parlance.TextInput;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TestGraph;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What graphs are given, seen by graphs whose logits are one of their inputs. */
class EncoderInputsTest {
  private static final int INT64 = DataType.INT64.getNumber();
  private static final int INT32 = DataType.INT32.getNumber();
  private static final int FLOAT = DataType.FLOAT.getNumber();
  private static final int HALF = DataType.FLOAT16.getNumber();

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();
  private Path folder;

  @BeforeEach
  void copy(@TempDir Path target) throws IOException {
    folder = TestModels.copy("textcls-bert", target.resolve("model"));
  }

  @AfterEach
  void nothingStaysOpen() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  private void setting(String file, String name, Object value) throws IOException {
    Path path = folder.resolve(file);
    JsonObject json = JsonParser.parseString(Files.readString(path)).getAsJsonObject();
    if (value instanceof Number number) {
      json.addProperty(name, number);
    } else {
      json.addProperty(name, value.toString());
    }
    Files.writeString(path, json.toString());
  }

  private void graphThatGives(String input, int inputType, int outputType) throws IOException {
    TestGraph graph = new TestGraph().input("input_ids", inputType, "batch", "sequence");
    if (!input.equals("input_ids")) {
      graph.input(input, inputType, "batch", "sequence");
    }
    graph
        .node("Cast", List.of(input), "logits", Map.of("to", (long) outputType))
        .output("logits", outputType, "batch", "sequence");
    Files.write(folder.resolve("model.onnx"), graph.bytes());
  }

  /** The logits of a text of 3 tokens and one of 5, which are padded to 5 together. */
  private List<float[]> run() {
    ModelFolder model = ModelFolder.open(ModelSource.of(folder));
    try (Encoder encoder = Encoder.open(model, SessionOptions.defaults())) {
      List<Encoding> encodings =
          Stream.of("the", "the the the")
              .map(text -> encoder.encode(new TextInput(text, null), EncodingOptions.DEFAULT))
              .toList();
      assertThat(encodings).extracting(Encoding::length).containsExactly(3, 5);
      EncoderOutputs outputs = encoder.run(encodings, List.of("logits"), RunControl.create());
      return List.of(outputs.row("logits", 0), outputs.row("logits", 1));
    }
  }

  @Test
  void positionsCountFromZero() throws IOException {
    graphThatGives("position_ids", INT64, FLOAT);
    assertThat(run()).containsExactly(new float[] {0, 1, 2, 0, 0}, new float[] {0, 1, 2, 3, 4});
  }

  @Test
  void positionsCountFromTheFirstTokenWherePaddingIsLeft() throws IOException {
    graphThatGives("position_ids", INT64, FLOAT);
    setting("tokenizer_config.json", "padding_side", "left");
    assertThat(run()).containsExactly(new float[] {0, 0, 0, 1, 2}, new float[] {0, 1, 2, 3, 4});
  }

  @Test
  void paddingIsRightWhereTheGraphCountsPositionsItself() throws IOException {
    graphThatGives("attention_mask", INT64, FLOAT);
    setting("tokenizer_config.json", "padding_side", "left");
    assertThat(run()).containsExactly(new float[] {1, 1, 1, 0, 0}, new float[] {1, 1, 1, 1, 1});
    setting("config.json", "model_type", "xlnet"); // has none, and reads the last place
    assertThat(run()).containsExactly(new float[] {0, 0, 1, 1, 1}, new float[] {1, 1, 1, 1, 1});
  }

  @Test
  void positionsAfterThatOfPadding() throws IOException { // as create_position_ids_from_input_ids
    graphThatGives("position_ids", INT32, FLOAT);
    setting("config.json", "model_type", "roberta");
    setting("config.json", "pad_token_id", 1);
    assertThat(run()).containsExactly(new float[] {2, 3, 4, 1, 1}, new float[] {2, 3, 4, 5, 6});
    setting("tokenizer_config.json", "padding_side", "left");
    assertThat(run()).containsExactly(new float[] {1, 1, 2, 3, 4}, new float[] {2, 3, 4, 5, 6});
  }

  @Test
  void narrowInputsAndOutputs() throws IOException { // ids below 2048 are exact in half precision
    graphThatGives("input_ids", INT64, FLOAT);
    List<float[]> expected = run();
    assertThat(expected.get(1)[1]).isPositive();
    graphThatGives("input_ids", INT32, FLOAT);
    assertThat(run()).containsExactlyElementsOf(expected);
    graphThatGives("input_ids", INT64, HALF);
    assertThat(run()).containsExactlyElementsOf(expected);
  }
}
