package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.TrainableModel;
import io.parlance.models.autodiff.Gradients.Activations;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that are computed again for the backward pass, dropout included. */
class RecomputationTest {

  /** What a step gives, so that two can be compared. */
  private record Result(double loss, Map<String, float[]> gradients) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-pretraining",
        "albert-pretraining", // one layer's weights many times
        "deberta-v2-seqcls",
        "xlnet-lm",
        "t5-v1_0-relu-tied", // the first layer's positions are handed to all
        "marian-mt",
        "gpt2-lm",
        "llama-gqa",
        "mixtral-lm",
        "glm-blank-infilling"
      })
  void sameBitsAsKeptActivations(String name) throws IOException {
    Result kept = run(name, Activations.KEPT);
    Result recomputed = run(name, Activations.RECOMPUTED);
    assertThat(recomputed.loss()).isEqualTo(kept.loss());
    assertThat(recomputed.gradients().keySet()).isEqualTo(kept.gradients().keySet());
    recomputed
        .gradients()
        .forEach(
            (parameter, gradient) ->
                assertThat(gradient)
                    .as(parameter)
                    .containsExactly(kept.gradients().get(parameter)));
  }

  private static Result run(String name, Activations activations) throws IOException {
    Map<String, Tensor> batch = GradientStepTest.batch(name);
    try (TrainableModel model = TrainableModel.load(GradientStepTest.folder(name));
        GradientStep step = GradientStepTest.step(model, batch, activations);
        Outputs outputs = step.run(batch, 1, false, CounterRandom.of(1))) {
      Map<String, float[]> gradients = new LinkedHashMap<>();
      step.gradients().forEach((each, gradient) -> gradients.put(each, gradient.toFloatArray()));
      return new Result(outputs.get("loss").floatAt(0), gradients);
    } finally {
      batch.values().forEach(Tensor::close);
    }
  }
}
