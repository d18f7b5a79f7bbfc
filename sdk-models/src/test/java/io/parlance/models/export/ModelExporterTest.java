package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.graph.OnnxModel;
import io.parlance.models.graph.OnnxReader;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.tokenizers.training.TrainedTokenizer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelExporterTest {

  @TempDir Path parent;

  private static Path golden(String name) {
    return Goldens.folder("architectures/" + name);
  }

  private static TrainedTokenizer tokenizer(int size) {
    return new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(size))
        .train(
            List.of("the quick brown fox jumps over the lazy dog", "and the dog sleeps")
                .iterator());
  }

  private static List<String> names(Path folder) throws IOException {
    try (var found = Files.list(folder)) {
      return found.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** The largest distance from the reference's outputs over the golden cases. */
  private static double largestError(String golden, Path graph) throws IOException {
    double largest = 0;
    var inputs = Goldens.cases(golden(golden).resolve("inputs.json"));
    var expected = Goldens.cases(golden(golden).resolve("expected.json"));
    try (Session session = Session.load(graph, SessionOptions.defaults())) {
      for (String name : inputs.keySet()) {
        Map<String, Tensor> given = new LinkedHashMap<>(inputs.getOrDefault(name, Map.of()));
        given.keySet().retainAll(session.inputs().keySet());
        assertThat(given).containsOnlyKeys(session.inputs().keySet());
        Map<String, Tensor> outputs = expected.getOrDefault(name, Map.of());
        try (Outputs run = session.run(given)) {
          for (String output : run.names()) {
            Tensor reference = outputs.get(output);
            assertThat(reference).as(output).isNotNull();
            float[] found = run.get(output).toFloatArray();
            float[] wanted = reference.toFloatArray();
            assertThat(run.get(output).shape()).isEqualTo(reference.shape());
            for (int i = 0; i < wanted.length; i++) {
              largest = Math.max(largest, Math.abs(found[i] - wanted[i]));
            }
          }
        }
      }
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({
    "bert-seqcls, 2e-6",
    "bert-seqcls-multilabel, 2e-6",
    "bert-seqcls-regression, 3e-6",
    "bert-tokcls, 2e-6",
    "bert-qa, 4e-6",
    "bert-mlm, 5e-6",
    "bert-multiplechoice, 2e-6",
    "bert-base, 5e-6",
    "roberta-mlm, 5e-6",
    "roberta-seqcls, 2e-6",
    "distilbert-seqcls, 2e-6",
    "albert-groups2-inner2, 5e-6",
    "albert-pretraining, 5e-6",
    "electra-discriminator, 5e-6",
    "electra-generator-mlm, 5e-6",
    "mpnet-base, 5e-6",
    "xlnet-base-relu-clamp, 5e-6",
    "deberta-v2-seqcls, 3e-6",
    "deberta-v2-conv, 5e-6",
    "deberta-v2-noshare-absolute, 5e-6",
  })
  void exportedGraphsGiveTheReferencesOutputs(String golden, double tolerance) throws IOException {
    Path folder = parent.resolve("model");
    List<String> inputs;
    try (TrainableModel model = TrainableModel.load(golden(golden))) {
      ModelExporter.of(model.model(), model.parameters()).write(folder);
      inputs = model.model().exportedInputs();
    }
    assertThat(names(folder)).containsExactly("config.json", "model.onnx");
    assertThat(largestError(golden, folder.resolve("model.onnx"))).isLessThan(tolerance);
    try (OnnxModel model = OnnxReader.read(folder.resolve("model.onnx"))) {
      assertThat(model.graph().inputs().keySet()).containsExactlyElementsOf(inputs);
      assertThat(model.operatorSets()).isEmpty();
    }
  }

  @Test
  void theFolderIsCompleteAndCanBeTrainedFurther() throws IOException {
    Path folder = parent.resolve("new/model");
    try (TrainableModel model = TrainableModel.load(golden("bert-seqcls"))) {
      ModelExporter exporter =
          ModelExporter.of(model.model(), model.parameters())
              .tokenizer(tokenizer(60).files())
              .variant(Precision.INT8)
              .withSafetensors()
              .metadata(Map.of("training_seed", "7", "training_steps", "100"));
      exporter.write(folder);
      assertThat(names(folder))
          .contains(
              "config.json",
              "model.onnx",
              "model.safetensors",
              "model_int8.onnx",
              "special_tokens_map.json",
              "tokenizer.json",
              "tokenizer_config.json");
      assertThat(names(folder.resolveSibling(""))).containsExactly("model");
      assertThat(JsonParser.parseString(Files.readString(folder.resolve("config.json"))))
          .isEqualTo(model.model().configuration());
      try (TrainableModel again = TrainableModel.load(folder)) {
        assertThat(again.parameters().keySet()).isEqualTo(model.parameters().keySet());
        again
            .parameters()
            .forEach(
                (name, value) ->
                    assertThat(value.buffer())
                        .as(name)
                        .isEqualTo(Map.copyOf(model.parameters()).get(name).buffer()));
      }
      try (OnnxModel graph = OnnxReader.read(folder.resolve("model.onnx"))) {
        assertThat(graph.metadata())
            .containsExactly(Map.entry("training_seed", "7"), Map.entry("training_steps", "100"));
      }
      ModelFolder.open(ModelSource.of(folder)).loadTokenizer().close();
      byte[] first = Files.readAllBytes(folder.resolve("model.onnx"));
      exporter.write(folder); // over what was exported before
      assertThat(folder.resolve("model.onnx")).hasBinaryContent(first);
      assertThat(names(folder.resolveSibling(""))).containsExactly("model");
    }
    assertThat(largestError("bert-seqcls", folder.resolve("model_int8.onnx")))
        .isBetween(1e-6, 0.05);
  }

  @Test
  void aTokenizerComesFromAFolderAsItIs() throws IOException {
    Path source = parent.resolve("tokenizer");
    tokenizer(60).save(source);
    Path folder = parent.resolve("model");
    try (TrainableModel model = TrainableModel.load(golden("bert-seqcls"))) {
      ModelExporter.of(model.model(), model.parameters()).tokenizer(source).write(folder);
    }
    for (String name : names(source)) {
      assertThat(folder.resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
  }

  @Test
  void foreignOrUnwritableTargetsAreLeftAlone() throws IOException {
    Path foreign = Files.createDirectory(parent.resolve("documents"));
    Files.writeString(foreign.resolve("thesis.txt"), "years of work");
    Path downloaded = Files.createDirectory(parent.resolve("downloaded"));
    Files.copy(golden("bert-base/config.json"), downloaded.resolve("config.json"));
    Path file = Files.writeString(parent.resolve("file"), "");
    try (TrainableModel model = TrainableModel.load(golden("bert-seqcls"))) {
      ModelExporter exporter = ModelExporter.of(model.model(), model.parameters());
      assertThatThrownBy(() -> exporter.write(foreign))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(foreign.toString())
          .hasMessageContaining("it holds thesis.txt")
          .hasMessageContaining("name a new folder");
      assertThatThrownBy(() -> exporter.write(downloaded))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("not a model exported before (it holds config.json)");
      assertThatThrownBy(() -> exporter.write(file))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file + " is a file");
      assertThatThrownBy(() -> exporter.write(file.resolve("model")))
          .isInstanceOf(NlpException.class)
          .hasMessageContaining(file.resolve("model").toString());
      assertThatThrownBy(() -> exporter.tokenizer(foreign))
          .hasMessageContaining(foreign.resolve("tokenizer.json").toString());
    }
    assertThat(names(parent)).containsExactly("documents", "downloaded", "file");
    assertThat(names(foreign)).containsExactly("thesis.txt");
  }

  @Test
  void aTokenizerThatDoesNotFitLeavesNothingBehind() throws IOException {
    Path folder = parent.resolve("model");
    try (TrainableModel model = TrainableModel.load(golden("bert-seqcls"))) {
      long embeddings = model.model().configuration().get("vocab_size").getAsLong();
      StringBuilder words = new StringBuilder();
      for (char c = 0x4e00; c < 0x4e00 + embeddings; c++) {
        words.append(c).append(' ');
      }
      TrainedTokenizer large =
          new WordPieceTrainer(WordPieceOptions.DEFAULT)
              .train(List.of(words.toString()).iterator());
      assertThat(large.vocabularySize()).isGreaterThan((int) embeddings);
      assertThatThrownBy(
              () ->
                  ModelExporter.of(model.model(), model.parameters())
                      .tokenizer(large.files())
                      .write(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the tokenizer has " + large.vocabularySize() + " tokens")
          .hasMessageContaining("only " + embeddings);
      assertThatThrownBy(
              () ->
                  ModelExporter.of(model.model(), model.parameters())
                      .tokenizer(Map.of("tokenizer.json", "{"))
                      .write(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the tokenizer cannot be loaded");
    }
    assertThat(names(parent)).isEmpty();
  }
}
