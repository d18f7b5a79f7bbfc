package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BertConfigTest {

  @Test
  void hasThePublishedParameterCounts() {
    // 110M and 335M in Devlin et al. 2018, table 1; the exact numbers are those of the released
    // checkpoints
    assertThat(count(BertConfig.base())).isEqualTo(109_482_240);
    assertThat(count(BertConfig.large())).isEqualTo(335_141_888);
  }

  private static long count(BertConfig config) {
    return config.model(Head.BODY).parameters().values().stream()
        .mapToLong(p -> p.value().shape().elements().size())
        .sum();
  }

  @Test
  void readsBackWhatItWrites() {
    BertConfig config =
        BertConfig.base()
            .with(
                s ->
                    s.sizes(2, 48, 3, 96)
                        .vocabulary(500, 3)
                        .maxPositionEmbeddings(64)
                        .dropout(0.25)
                        .labels(
                            new Labels(
                                List.of("no", "yes"),
                                Labels.ProblemType.MULTI_LABEL_CLASSIFICATION)));
    PretrainedModel model = config.model(Head.SEQUENCE_CLASSIFICATION);
    ModelConfig written = ModelConfig.of("config.json", model.configuration());
    assertThat(BertConfig.from(written)).isEqualTo(config);
    assertThat(Architectures.of(written, Set.of()).parameters().keySet())
        .isEqualTo(model.parameters().keySet());
  }

  /** Differences of the loss where an embedding of a distance is moved. */
  @ParameterizedTest
  @EnumSource(
      value = PositionEmbedding.class,
      names = {"RELATIVE_KEY", "RELATIVE_KEY_QUERY"})
  void distancesAreTrained(PositionEmbedding kind) {
    EncoderSettings settings =
        BertConfig.base().settings().toBuilder()
            .sizes(1, 8, 2, 16)
            .vocabulary(20, 0)
            .maxPositionEmbeddings(6)
            .dropout(0)
            .initializerRange(0.8)
            .build();
    PretrainedModel description =
        new BertConfig(settings, kind, false).model(Head.TOKEN_CLASSIFICATION);
    Map<String, Tensor> inputs =
        Map.of(
            "input_ids", Tensor.of(new long[] {3, 7, 1, 9, 4, 2, 8, 8}, 2, 4),
            "attention_mask", Tensor.of(new long[] {1, 1, 1, 1, 1, 1, 1, 0}, 2, 4),
            "labels", Tensor.of(new long[] {0, 1, 1, 0, 1, 0, 1, -100}, 2, 4));
    String name = "bert.encoder.layer.0.attention.self.distance_embedding.weight";
    try (TrainableModel model = TrainableModel.initialize(description, 4)) {
      float[] gradient =
          model.forwardAndGradients(inputs).get(TrainableModel.GRADIENT + name).toFloatArray();
      assertThat(gradient).hasSize(11 * 4);
      FloatBuffer table = model.parameters().get(name).buffer().asFloatBuffer();
      for (int i = 0; i < gradient.length; i += 3) {
        float before = table.get(i);
        table.put(i, before + 1e-2f);
        float above = model.forward(inputs).get("loss").floatAt(0);
        table.put(i, before - 1e-2f);
        float below = model.forward(inputs).get("loss").floatAt(0);
        table.put(i, before);
        assertThat(gradient[i])
            .as("element %d", i)
            .isCloseTo((above - below) / 2e-2f, within(1e-3f));
      }
      assertThat(gradient[0]).isZero(); // no key is five tokens after a query
      assertThat(gradient[5 * 4]).isNotZero();
    }
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> BertConfig.base().with(s -> s.sizes(2, 50, 3, 96)))
        .hasMessage("hidden_size 50 is not a multiple of num_attention_heads 3");
    assertThatThrownBy(() -> model("{'architectures':['BertModel'],'hidden_act':'gelloo'}"))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("activation 'gelloo' is unknown; known are [gelu,");
    assertThatThrownBy(() -> model("{'architectures':['BertModel'],'hidden_size':'wide'}"))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessage("config.json: 'hidden_size' must be a whole number, found \"wide\"");
    assertThatThrownBy(() -> model("{'architectures':['BertForDreaming']}"))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining(
            "architecture 'BertForDreaming' cannot be built; known are [AlbertForMaskedLM,");
    assertThatThrownBy(
            () -> model("{'architectures':['BertModel'],'position_embedding_type':'rotary'}"))
        .hasMessageContaining(
            "position_embedding_type is 'rotary', expected one of absolute, relative_key,"
                + " relative_key_query");
  }

  private static PretrainedModel model(String json) {
    String quoted = json.replace('\'', '"');
    return Architectures.of(
        ModelConfig.of("config.json", JsonParser.parseString(quoted).getAsJsonObject()), Set.of());
  }
}
