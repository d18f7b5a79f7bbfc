package io.parlance.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void floatsAreReadBackToTheSameBits() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        assertThat(Float.parseFloat(Json.line(Json.number(value)))).isEqualTo(value);
      }
    }
  }

  @Test
  void numbersThatJsonDoesNotHaveBecomeStrings() {
    assertThat(Json.line(Json.number(Float.NEGATIVE_INFINITY))).isEqualTo("\"-Infinity\"");
    assertThat(Json.line(Json.number(Double.NaN))).isEqualTo("\"NaN\"");
  }

  @Test
  void loneSurrogatesAreEscapedAndPairsStay() {
    assertThat(Json.line(new JsonPrimitive("a\ud800b\ud83d\ude00\udc00")))
        .isEqualTo("\"a\\ud800b\ud83d\ude00\\udc00\"");
    assertThat(Json.line(new JsonPrimitive("<\ud83d\ude00>"))).isEqualTo("\"<\ud83d\ude00>\"");
  }
}
