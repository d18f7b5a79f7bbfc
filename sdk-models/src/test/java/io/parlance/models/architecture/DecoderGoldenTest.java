package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs and losses of the reference implementation, where texts are padded on either side. */
class DecoderGoldenTest {

  private static final Offset<Float> TOLERANCE = within(1e-5f);

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-lm", "llama-gqa", "bloom-lm", "mixtral-lm", "gemma2-lm"})
  void givesTheReferencesOutputsForInferenceAndForTraining(String name) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> inputs = Goldens.cases(folder.resolve("inputs.json"));
    Map<String, Map<String, Tensor>> expected = Goldens.cases(folder.resolve("expected.json"));
    assertThat(inputs).containsOnlyKeys("right_padded", "left_padded");
    try (TrainableModel model = TrainableModel.load(folder)) {
      inputs.forEach(
          (caseName, arguments) -> {
            long[] mask = arguments.get("attention_mask").toLongArray();
            compare(expected.get(caseName), model.forward(arguments), mask);
            compare(expected.get(caseName), model.forwardAndGradients(arguments), mask);
          });
    }
  }

  /** A prefix that all tokens see, blanks with positions of their own, layers of experts alone. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prefix-lm",
        "glm-blank-infilling",
        "moe-block-top2",
        "moe-switch-top1-capacity2",
        "phi-normed-queries",
        "phi3-longrope",
        "llama-rope-yarn",
        "gpt2-token-types",
        "phi-tied",
        "opt-without-norm-weights"
      })
  void givesTheReferencesOutputsInEachCase(String name) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> inputs = Goldens.cases(folder.resolve("inputs.json"));
    Map<String, Map<String, Tensor>> expected = Goldens.cases(folder.resolve("expected.json"));
    assertThat(inputs).containsOnlyKeys(expected.keySet()).isNotEmpty();
    try (TrainableModel model = TrainableModel.load(folder)) {
      inputs.forEach(
          (caseName, arguments) -> {
            Tensor mask = arguments.get("attention_mask");
            long[] real = mask == null ? new long[0] : mask.toLongArray();
            compare(expected.get(caseName), model.forward(arguments), real);
            compare(expected.get(caseName), model.forwardAndGradients(arguments), real);
          });
    }
  }

  private static void compare(
      Map<String, Tensor> expected, Map<String, Tensor> actual, long[] mask) {
    assertThat(expected).containsKey("loss");
    expected.forEach(
        (output, tensor) -> {
          assertThat(actual).containsKey(output);
          assertThat(actual.get(output).shape()).as(output).isEqualTo(tensor.shape());
          compare(output, tensor, actual.get(output), mask);
        });
  }

  private static void compare(String name, Tensor expected, Tensor actual, long[] mask) {
    float[] values = actual.toFloatArray();
    float[] wanted =
        expected.type() == ElementType.INT64 ? floats(expected) : expected.toFloatArray();
    int row = name.equals("logits") && mask.length > 0 ? wanted.length / mask.length : 0;
    for (int i = 0; i < wanted.length; i++) {
      if (row == 0 || mask[i / row] != 0) { // what stands at padding is not defined
        assertThat(values[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], TOLERANCE);
      }
    }
  }

  private static float[] floats(Tensor integers) {
    long[] values = integers.toLongArray();
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = values[i];
    }
    return floats;
  }
}
