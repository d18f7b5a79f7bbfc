package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.stream.JsonReader;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs, losses and gradients of the reference implementation for each family and head. */
class EncoderGoldenTest {

  private static final Offset<Float> TOLERANCE = within(1e-5f);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-base",
        "bert-base-relu-nopool",
        "bert-untied",
        "modernbert-biases",
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
        "bert-tokcls",
        "roberta-mlm",
        "roberta-seqcls",
        "distilbert-seqcls",
        "albert-pretraining",
        "albert-groups2-inner2",
        "electra-discriminator",
        "electra-generator-mlm",
        "mpnet-base",
        "deberta-v2-conv",
        "deberta-v2-noshare-absolute",
        "deberta-v2-seqcls",
        "spanbert-mlm-sbo",
        "electra-replaced-token-detection",
        "kbert-seqcls",
        "xlnet-base-relu-clamp",
        "xlnet-lm",
        "rnn-lm-tanh",
        "rnn-lm-relu-2layer",
        "rnn-lm-gru",
        "rnn-lm-lstm-2layer"
      })
  void givesTheReferencesOutputsForInferenceAndForTraining(String name) throws IOException {
    Path folder = Goldens.folder("architectures/" + name);
    Map<String, Map<String, Tensor>> inputs = Goldens.cases(folder.resolve("inputs.json"));
    Map<String, Map<String, Tensor>> expected = Goldens.cases(folder.resolve("expected.json"));
    try (TrainableModel model = TrainableModel.load(folder)) {
      inputs.forEach(
          (caseName, arguments) -> {
            compare(expected.get(caseName), model.forward(arguments));
            if (expected.get(caseName).containsKey("loss")) {
              compare(expected.get(caseName), model.forwardAndGradients(arguments));
            }
          });
    }
  }

  @Test
  void givesTheReferencesGradients() throws IOException {
    Path folder = Goldens.folder("architectures/bert-pretraining");
    Map<String, Tensor> arguments = Goldens.cases(folder.resolve("inputs.json")).get("default");
    Map<String, Tensor> expected;
    try (JsonReader json = new JsonReader(Files.newBufferedReader(folder.resolve("grads.json")))) {
      expected = Goldens.member(json, "grads");
    }
    try (TrainableModel model = TrainableModel.load(folder)) {
      Map<String, Tensor> actual = model.forwardAndGradients(arguments);
      assertThat(expected).hasSameSizeAs(model.parameters());
      expected.forEach(
          (parameter, gradient) ->
              compare(parameter, gradient, actual.get(TrainableModel.GRADIENT + parameter)));
    }
  }

  private static void compare(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    expected.forEach((output, tensor) -> compare(output, tensor, actual.get(output)));
  }

  private static void compare(String name, Tensor expected, Tensor actual) {
    assertThat(actual).as(name).isNotNull();
    assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
    float[] values = actual.toFloatArray();
    float[] wanted = expected.toFloatArray();
    for (int i = 0; i < wanted.length; i++) {
      assertThat(values[i]).as("%s[%d]", name, i).isCloseTo(wanted[i], TOLERANCE);
    }
  }
}
