package io.parlance.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.RotaryScaling;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frequencies that transformers 5.18 computes in float32, for heads of 16 and base 10000. */
class RotarySettingsTest {

  private static final int WIDTH = 16;
  private static final double RELATIVE = 2e-7;

  private static RotarySettings read(String json) {
    JsonObject object = JsonParser.parseString(json).getAsJsonObject();
    return RotarySettings.read(ModelConfig.of("test", object), RotarySettings.of(10000), 4096);
  }

  private static void assertFrequencies(double[] found, List<Double> expected) {
    assertThat(found).hasSize(expected.size());
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected.get(i), within(RELATIVE * expected.get(i)));
    }
  }

  @Test
  void yarn() {
    RotaryScaling scaling =
        read("""
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0,
         "original_max_position_embeddings": 1024}}
        """)
            .scaling();
    assertFrequencies(
        scaling.frequencies(WIDTH, 10000),
        List.of(
            1.0,
            0.3162277638912201,
            0.08125000447034836,
            0.019764237105846405,
            0.0043750000186264515,
            0.0007905694656074047,
            0.0002500000118743628,
            7.905694656074047e-05));
    assertThat(scaling.attentionFactor()).isCloseTo(1.138629436111989, within(1e-15));
  }

  @Test
  void yarnWithScalesOfItsOwnInTheOlderDialect() {
    RotaryScaling scaling =
        read("""
        {"rope_theta": 10000, "rope_scaling": {"type": "yarn", "factor": 8.0,
         "beta_fast": 16, "beta_slow": 2, "truncate": false, "mscale": 0.707,
         "mscale_all_dim": 1.0, "original_max_position_embeddings": 64}}
        """)
            .scaling();
    assertFrequencies(
        scaling.frequencies(WIDTH, 10000),
        List.of(
            1.0,
            0.12053398787975311,
            0.012500000186264515,
            0.0039528473280370235,
            0.0012499999720603228,
            0.00039528473280370235,
            0.0001250000059371814,
            3.9528473280370235e-05));
    assertThat(scaling.attentionFactor()).isCloseTo(0.9495608824621653, within(1e-15));
  }

  @Test
  void longRope() {
    String factors =
        """
        "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7],
        "long_factor": [1, 2, 3, 4, 5, 6, 7, 8]
        """;
    // the trained length stands beside the scaling, the factor follows from the lengths
    RotarySettings settings =
        read(
            "{\"original_max_position_embeddings\": 1024, \"rope_scaling\": {\"type\": \"su\", "
                + factors
                + "}}");
    RotaryScaling.LongRope scaling = (RotaryScaling.LongRope) settings.scaling();
    assertFrequencies(
        scaling.frequencies(WIDTH, 10000),
        List.of(
            1.0,
            0.2874797582626343,
            0.0833333358168602,
            0.024325214326381683,
            0.0071428571827709675,
            0.0021081853192299604,
            0.0006249999860301614,
            0.0001860163320088759));
    assertFrequencies(
        scaling.longFrequencies(WIDTH, 10000),
        List.of(
            1.0,
            0.15811388194561005,
            0.03333333507180214,
            0.007905694656074047,
            0.0020000000949949026,
            0.0005270463298074901,
            0.0001428571413271129,
            3.9528473280370235e-05));
    assertThat(scaling.attentionFactor()).isCloseTo(1.0954451150103321, within(1e-15));
    assertThatThrownBy(() -> scaling.frequencies(12, 10000))
        .hasMessageContaining("short_factor has 8 numbers, expected 6");
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (RotaryScaling scaling :
        List.of(
            new RotaryScaling.Yarn(3, 128, 20, 2, 0.8, false),
            new RotaryScaling.LongRope(List.of(1.0, 1.5), List.of(2.0, 4.0), 77, 1.25),
            new RotaryScaling.Linear(2))) {
      RotarySettings settings = new RotarySettings(50000, 0.5, scaling);
      JsonObject json = new JsonObject();
      settings.write(json);
      assertThat(read(json.toString())).isEqualTo(settings);
      json.remove("rope_parameters"); // what transformers 4 reads
      assertThat(read(json.toString())).isEqualTo(settings);
    }
  }
}
