package io.parlance.samples.benchmarks;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.model.ModelConfig;
import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.export.ModelExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The folder of a decoder with random weights and no tokenizer: as fast as a trained one of its
 * size.
 */
final class RandomDecoder implements AutoCloseable {
  /** Published shapes; the vocabularies are those of GPT-2 and LLaMA. */
  enum Shape {
    DISTILGPT2(
        """
        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 6, "n_embd": 768,
         "n_head": 12, "n_positions": 1024, "vocab_size": 50257}
        """),
    LLAMA(
        """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 8,
         "hidden_size": 512, "num_attention_heads": 8, "intermediate_size": 1376,
         "max_position_embeddings": 1024, "vocab_size": 32000, "tie_word_embeddings": false}
        """);

    private final String json;

    Shape(String json) {
      this.json = json;
    }

    ModelConfig config() {
      JsonObject config = JsonParser.parseString(json).getAsJsonObject();
      return ModelConfig.of(name(), config);
    }
  }

  private final Path folder;

  /**
   * Writes the folder.
   *
   * @param withWeights whether {@code model.safetensors} is there besides the graph
   */
  RandomDecoder(Shape shape, boolean withWeights) throws IOException {
    folder = Files.createTempDirectory("parlance-benchmark");
    PretrainedModel model = Architectures.of(shape.config(), Set.of());
    try (TrainableModel weights = TrainableModel.initialize(model, 1)) {
      ModelExporter exporter = ModelExporter.of(model, weights.parameters());
      (withWeights ? exporter.withSafetensors() : exporter).write(folder);
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    RandomModel.delete(folder);
  }
}
