package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the reference's outputs do not tell of XLNet. */
class XlnetTest {

  private static final int LENGTH = 6;
  private static final long[] IDS = {7, 3, 9, 1, 12, 5};

  private static XlnetConfig tiny() {
    return XlnetConfig.base()
        .with(s -> s.sizes(2, 16, 2, 32).vocabulary(20, 5).initializerRange(0.3));
  }

  private static XlnetConfig rules(XlnetConfig.AttentionRules rules) {
    XlnetConfig config = tiny();
    return new XlnetConfig(config.settings(), rules, config.memory(), config.summary());
  }

  private static float[] states(XlnetConfig config, Map<String, Tensor> inputs) {
    try (TrainableModel model = TrainableModel.initialize(config.model(Head.BODY), 3)) {
      return Objects.requireNonNull(model.forward(inputs).get("last_hidden_state")).toFloatArray();
    }
  }

  private static Map<String, Tensor> ids(long... ids) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", Tensor.of(ids, ids.length / LENGTH, LENGTH));
    return inputs;
  }

  @Test
  void causalAttentionIsThePermutationThatHidesWhatFollows() {
    float[] hidden = new float[LENGTH * LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      for (int j = i + 1; j < LENGTH; j++) {
        hidden[i * LENGTH + j] = 1;
      }
    }
    Map<String, Tensor> permuted = ids(IDS);
    permuted.put("perm_mask", Tensor.of(hidden, 1, LENGTH, LENGTH));
    float[] expected = states(tiny(), permuted);
    float[] causal =
        states(rules(new XlnetConfig.AttentionRules(true, false, -1, false)), ids(IDS));
    assertThat(causal).containsExactly(expected, within(5e-6f));
    assertThat(states(tiny(), ids(IDS))).isNotEqualTo(expected);
  }

  @Test
  void theSecondHalfOfABatchIsReadBackwards() {
    long[] both = new long[2 * LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      both[i] = IDS[i];
      both[LENGTH + i] = IDS[LENGTH - 1 - i];
    }
    float[] states =
        states(rules(new XlnetConfig.AttentionRules(false, false, -1, true)), ids(both));
    int width = 16;
    for (int i = 0; i < LENGTH; i++) {
      for (int w = 0; w < width; w++) {
        float backwards = states[(2 * LENGTH - 1 - i) * width + w];
        assertThat(backwards).isCloseTo(states[i * width + w], within(5e-6f));
      }
    }
  }

  /** Two halves of a causal text, the first remembered, are the whole. */
  @Test
  void theMemoryCarriesATextOn() {
    XlnetConfig config =
        rules(new XlnetConfig.AttentionRules(true, false, -1, false)).memory(LENGTH, 0);
    try (TrainableModel model = TrainableModel.initialize(config.model(Head.BODY), 3)) {
      Map<String, Tensor> whole = model.forward(ids(IDS));
      Map<String, Tensor> first =
          model.forward(Map.of("input_ids", Tensor.of(new long[] {7, 3, 9, 1}, 1, 4)));
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      inputs.put("input_ids", Tensor.of(new long[] {12, 5}, 1, 2));
      inputs.put("past_mems.0", Objects.requireNonNull(first.get("mems.0")));
      inputs.put("past_mems.1", Objects.requireNonNull(first.get("mems.1")));
      float[] second =
          Objects.requireNonNull(model.forward(inputs).get("last_hidden_state")).toFloatArray();
      float[] all = Objects.requireNonNull(whole.get("last_hidden_state")).toFloatArray();
      for (int i = 0; i < second.length; i++) {
        assertThat(second[i]).isCloseTo(all[4 * 16 + i], within(5e-6f));
      }
    }
  }

  @Test
  void refusesWhatCannotBe() {
    JsonObject json = tiny().model(Head.BODY).configuration();
    json.addProperty("attn_type", "tri");
    assertThatThrownBy(() -> XlnetConfig.from(ModelConfig.of("config.json", json)))
        .hasMessage("attn_type is 'tri', expected bi or uni");
    json.addProperty("attn_type", "bi");
    json.addProperty("d_head", 7);
    assertThatThrownBy(() -> XlnetConfig.from(ModelConfig.of("config.json", json)))
        .hasMessage("d_head is 7, expected d_model divided by n_head, 8");
  }
}
