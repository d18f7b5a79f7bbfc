package io.parlance.models.inspection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.PublishedModels;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxReader;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.weights.ParameterInitializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts against the formulas of the papers. */
class ModelSummaryTest {

  @TempDir private Path folder;

  private static PretrainedModel model(String name) {
    return PublishedModels.find(name).orElseThrow();
  }

  @Test
  void countsOperationsOfBert() {
    ModelSummary summary = ModelSummary.of(model("bert-base"), 512);
    long layers = 12L * 2 * (4 * 768 * 768 + 2 * 768 * 3072);
    long attention = 12L * 2 * 2 * 512 * 768; // scores and mixtures of values
    long pooler = 2L * 768 * 768 / 512; // once for a text
    assertThat(summary.flops()).isEqualTo(layers + attention + pooler);
    assertThat(summary.parameters()).isEqualTo(109_482_240);
    assertThat(summary.activeParameters()).isEqualTo(summary.parameters());
    assertThat(summary.cacheBytes()).isZero();
    assertThat(summary.uncounted()).isZero();
  }

  @Test
  void rememberedKeysAndValuesAreThoseOfTheSharedHeads() {
    ModelSummary summary = ModelSummary.of(model("llama3.1-405b"), 1);
    assertThat(summary.cacheElements()).isEqualTo(126 * 2 * 8 * 128);
    assertThat(summary.cacheBytes()).isEqualTo(4 * summary.cacheElements());
    assertThat(summary.parameters()).isEqualTo(405_853_388_800L);
    double embeddings = 128256.0 * 16384;
    double norms = (2 * 126 + 1) * 16384;
    double attention = 126.0 * 2 * 2 * 16384; // one token sees itself
    assertThat(summary.flops())
        .isEqualTo(2 * (summary.parameters() - embeddings - norms) + attention);
  }

  @Test
  void aTokenMeetsItsExpertsOnly() {
    ModelSummary summary = ModelSummary.of(model("mixtral-8x7b"), 1);
    long experts = 32L * 8 * 3 * 4096 * 14336;
    assertThat(summary.activeParameters()).isEqualTo(summary.parameters() - experts * 6 / 8);
    LayerSummary first =
        summary.layers().stream().filter(l -> l.path().endsWith(".w1")).findFirst().orElseThrow();
    assertThat(first.path()).isEqualTo("model.layers.*.block_sparse_moe.experts.*.w1");
    assertThat(first.count()).isEqualTo(32 * 8);
    assertThat(first.weights()).isEqualTo(List.of("weight [14336, 4096]"));
    assertThat(first.flops()).isEqualTo(2.0 * 14336 * 4096 * 2 / 8);
  }

  @Test
  void linesAreInTheOrderOfComputationAndSumUp() {
    ModelSummary summary = ModelSummary.of(model("gpt2"), 100);
    assertThat(summary.layers().stream().map(LayerSummary::path))
        .containsSubsequence(
            "transformer.wte",
            "transformer.h.*.ln_1",
            "transformer.h.*.attn.c_attn",
            "transformer.h.*.attn",
            "transformer.h.*.attn.c_proj",
            "transformer.h.*.mlp.c_fc",
            "transformer.ln_f");
    assertThat(summary.layers().stream().mapToLong(l -> l.parameters() * l.count()).sum())
        .isEqualTo(summary.parameters())
        .isEqualTo(124_439_808);
    assertThat(summary.layers().stream().mapToDouble(l -> l.flops() * l.count()).sum())
        .isEqualTo(summary.flops());
    assertThat(summary.table())
        .contains(
            "transformer.h.*.attn.c_attn    x12  weight [768, 2304], bias [2304]",
            "parameters        124 439 808 (497.8 MB as float32, 248.9 MB as float16)",
            "KV cache a token  73 728 bytes (18 432 elements)");
  }

  @Test
  void aGraphFromAFileHasTheSameSummary() throws IOException {
    PretrainedModel model = model("lstm-small");
    Graph graph = ModelSummary.graph(model);
    Path file = folder.resolve("model.onnx");
    Map<String, io.parlance.runtime.Tensor> weights =
        ParameterInitializer.of(1).initialize(model.parameters());
    OnnxWriter.of(graph).outputs(graph.outputs()).weights(weights).write(file);
    weights.values().forEach(io.parlance.runtime.Tensor::close);
    ModelSummary built = ModelSummary.of(model, 64);
    try (var read = OnnxReader.read(file)) {
      ModelSummary found = ModelSummary.of(read.graph(), 64, new JsonObject());
      assertThat(found.parameters()).isEqualTo(built.parameters());
      assertThat(found.flops()).isEqualTo(built.flops());
    }
  }

  @Test
  void refusesATextOfNothing() {
    assertThatThrownBy(() -> ModelSummary.of(model("gpt2"), 0))
        .hasMessage("a text of 0 tokens; expected at least 1");
  }
}
