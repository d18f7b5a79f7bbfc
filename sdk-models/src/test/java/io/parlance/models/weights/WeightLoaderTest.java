package io.parlance.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelUnusableException;
import io.parlance.models.weights.WeightLoader.Policy;
import io.parlance.runtime.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightLoaderTest {

  private static final WeightNames BERT =
      WeightNames.of("bert.")
          .alias("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
          .optional("pooler");

  @TempDir Path folder;

  @Test
  void anEarlyBertCheckpointFitsTheNamesOfToday() {
    Map<String, long[]> parameters = new LinkedHashMap<>();
    Map<String, float[]> stored = new LinkedHashMap<>();
    try (SafetensorsReader reader = SafetensorsReader.open(SafetensorsTest.legacyBert())) {
      for (String name : reader.tensors().keySet()) {
        if (!name.endsWith("position_ids") && !name.endsWith("decoder.weight")) {
          try (Tensor tensor = reader.read(name)) {
            String today =
                name.replace("LayerNorm.gamma", "LayerNorm.weight")
                    .replace("LayerNorm.beta", "LayerNorm.bias");
            parameters.put(today, tensor.shape());
            stored.put(today, tensor.toFloatArray());
          }
        }
      }
    }
    assertThat(parameters).containsKey("bert.encoder.layer.1.output.LayerNorm.weight").hasSize(46);
    try (LoadedWeights loaded =
        new WeightLoader(BERT, Policy.EXACT).load(SafetensorsTest.legacyBert(), parameters)) {
      assertThat(loaded.tensors().keySet()).containsExactlyElementsOf(parameters.keySet());
      assertThat(loaded.newParameters()).isEmpty();
      assertThat(loaded.unused()).isEmpty();
      loaded
          .tensors()
          .forEach((name, tensor) -> assertThat(tensor.toFloatArray()).isEqualTo(stored.get(name)));
    }
  }

  @Test
  void theBaseOfACheckpointWithAHeadLoadsIntoTheBareModelAndBack() {
    write(Map.of("bert.embeddings.weight", 2, "bert.pooler.bias", 3, "cls.bias", 4));
    try (LoadedWeights loaded =
        new WeightLoader(BERT, Policy.NEW_HEADS)
            .load(folder, shapes(Map.of("embeddings.weight", 2)))) {
      assertThat(loaded.tensors()).containsOnlyKeys("embeddings.weight");
      assertThat(loaded.unused()).containsExactlyInAnyOrder("bert.pooler.bias", "cls.bias");
    }
    write(Map.of("embeddings.weight", 2));
    try (LoadedWeights loaded =
        new WeightLoader(BERT, Policy.NEW_HEADS)
            .load(
                folder,
                shapes(
                    Map.of(
                        "bert.embeddings.weight",
                        2,
                        "bert.pooler.bias",
                        3,
                        "classifier.bias",
                        4)))) {
      assertThat(loaded.tensors()).containsOnlyKeys("bert.embeddings.weight");
      assertThat(loaded.newParameters())
          .containsExactlyInAnyOrder("bert.pooler.bias", "classifier.bias");
    }
  }

  @Test
  void aHeadOfAnotherSizeIsNewWhenHeadsMayBe() {
    write(Map.of("bert.embeddings.weight", 2, "classifier.bias", 4));
    Map<String, long[]> parameters =
        shapes(Map.of("bert.embeddings.weight", 2, "classifier.bias", 7));
    try (LoadedWeights loaded = new WeightLoader(BERT, Policy.NEW_HEADS).load(folder, parameters)) {
      assertThat(loaded.newParameters()).containsExactly("classifier.bias");
      assertThat(loaded.unused()).containsExactly("classifier.bias");
    }
    assertThatThrownBy(() -> new WeightLoader(BERT, Policy.EXACT).load(folder, parameters))
        .isInstanceOf(ModelUnusableException.class)
        .hasMessageContaining("misshapen: classifier.bias has shape [4], expected [7]");
  }

  @Test
  void everythingThatDoesNotFitIsInOneError() {
    write(Map.of("bert.a", 2, "bert.b", 3, "bert.c", 4, "embeddings.position_ids", 9));
    for (Policy policy : Policy.values()) {
      assertThatThrownBy(
              () ->
                  new WeightLoader(BERT, policy)
                      .load(folder, shapes(Map.of("bert.a", 2, "bert.b", 5, "bert.d", 1))))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContaining(folder.resolve("model.safetensors").toString())
          .hasMessageContaining("(3 problems)")
          .hasMessageContaining("misshapen: bert.b has shape [3], expected [5]")
          .hasMessageContaining("missing: bert.d")
          .hasMessageContaining("unexpected: bert.c");
    }
  }

  @Test
  void aTiedWeightIsFoundUnderEitherName() {
    write(Map.of("cls.predictions.decoder.weight", 2));
    Map<String, long[]> parameters = shapes(Map.of("bert.embeddings.word_embeddings.weight", 2));
    try (LoadedWeights loaded = new WeightLoader(BERT, Policy.EXACT).load(folder, parameters)) {
      assertThat(loaded.tensors()).containsOnlyKeys("bert.embeddings.word_embeddings.weight");
    }
    write(Map.of("cls.predictions.decoder.weight", 3, "bert.embeddings.word_embeddings.weight", 2));
    try (LoadedWeights loaded = new WeightLoader(BERT, Policy.EXACT).load(folder, parameters)) {
      assertThat(loaded.tensors().get("bert.embeddings.word_embeddings.weight")).isNotNull();
    }
  }

  private void write(Map<String, Integer> sizes) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    sizes.forEach((name, size) -> tensors.put(name, Tensor.of(new float[size], size)));
    SafetensorsWriter.write(folder.resolve(SafetensorsReader.FILE_NAME), tensors);
    tensors.values().forEach(Tensor::close);
  }

  private static Map<String, long[]> shapes(Map<String, Integer> sizes) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    sizes.forEach((name, size) -> shapes.put(name, new long[] {size}));
    return shapes;
  }
}
