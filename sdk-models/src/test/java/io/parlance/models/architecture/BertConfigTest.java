package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
