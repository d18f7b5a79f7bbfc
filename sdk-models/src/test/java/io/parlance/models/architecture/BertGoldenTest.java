package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs and losses of the reference implementation for each head. */
class BertGoldenTest {

  private static final Offset<Float> TOLERANCE = within(2e-5f);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-base",
        "bert-base-relu-nopool",
        "bert-clm",
        "bert-gelu-new",
        "bert-mlm",
        "bert-multiplechoice",
        "bert-nsp",
        "bert-pretraining",
        "bert-qa",
        "bert-seqcls",
        "bert-seqcls-multilabel",
        "bert-seqcls-regression",
        "bert-tokcls"
      })
  void givesTheReferencesNumbers(String name) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> inputs = Goldens.cases(folder.resolve("inputs.json"));
    Map<String, Map<String, Tensor>> expected = Goldens.cases(folder.resolve("expected.json"));
    try (TrainableModel model = TrainableModel.load(folder)) {
      inputs.forEach(
          (caseName, arguments) -> {
            compare(expected.get(caseName), model.forward(arguments));
          });
    }
  }

  private static void compare(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    expected.forEach(
        (output, tensor) -> {
          if (output.contains("hidden_states.")) {
            return;
          }
          assertThat(actual).containsKey(output);
          assertThat(actual.get(output).shape()).as(output).isEqualTo(tensor.shape());
          float[] values = actual.get(output).toFloatArray();
          float[] wanted = tensor.toFloatArray();
          for (int i = 0; i < wanted.length; i++) {
            assertThat(values[i]).as("%s[%d]", output, i).isCloseTo(wanted[i], TOLERANCE);
          }
        });
  }
}
