package io.parlance.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.gson.JsonObject;
import io.parlance.Classification;
import io.parlance.Execution;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.QueuePolicy;
import io.parlance.TestModels;
import io.parlance.cache.CachePolicy;
import io.parlance.cache.ResultCache;
import io.parlance.model.ModelSource;
import io.parlance.runtime.NativeHandles;
import io.parlance.runtime.TestGraph;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a model folder can be wrong has its own message, and frees what was loaded. */
class UnusableModelTest {
  private static final int INT64 = DataType.INT64.getNumber();
  private static final int FLOAT = DataType.FLOAT.getNumber();

  private final long handlesBefore = NativeHandles.live();
  private final long tokenizersBefore = Tokenizer.liveNativeHandles();
  private Path folder;

  @BeforeEach
  void copy(@TempDir Path target) throws IOException {
    folder = TestModels.copy("textcls-bert", target.resolve("model"));
  }

  @AfterEach
  void nothingStaysOpen() {
    assertThat(NativeHandles.live()).isEqualTo(handlesBefore);
    assertThat(Tokenizer.liveNativeHandles()).isEqualTo(tokenizersBefore);
  }

  private Classification classify() {
    ModelSource source = ModelSource.of(folder);
    try (TaskModels model =
        new TaskModels(
            task -> source,
            Execution.cpu(),
            new ResultCache(CachePolicy.defaults()),
            QueuePolicy.defaults())) {
      return model.classifier().classify("The product was bad.");
    }
  }

  private void assertUnusable(Class<? extends NlpException> type, String... parts) {
    assertThatThrownBy(this::classify).isInstanceOf(type).hasMessageContainingAll(parts);
  }

  private void config(Consumer<JsonObject> change) throws IOException {
    JsonObject json = TestModels.json("textcls-bert", "config.json");
    change.accept(json);
    Files.writeString(folder.resolve("config.json"), json.toString());
  }

  @Test
  void nothingThere() throws IOException {
    Files.delete(folder.resolve("config.json"));
    assertUnusable(
        ModelNotFoundException.class, folder.resolve("config.json").toString(), "optimum");
    folder = folder.resolve("absent");
    assertUnusable(ModelNotFoundException.class, "there is no model folder", "absent");
    folder = folder.resolveSibling("model.onnx");
    assertUnusable(ModelNotFoundException.class, "is a file");
  }

  @Test
  void brokenConfig() throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, Files.readString(file).substring(0, 100));
    assertUnusable(ModelUnusableException.class, file.toString(), "is not valid JSON from line ");
    Files.writeString(file, "[]");
    assertUnusable(ModelUnusableException.class, "must hold a JSON object, found a list");
    Files.writeString(file, "");
    assertUnusable(ModelUnusableException.class, "must hold a JSON object, found nothing");
    config(json -> json.addProperty("vocab_size", "many"));
    assertUnusable(
        ModelUnusableException.class, "'vocab_size' must be a whole number, found \"many\"");
  }

  @Test
  void missingOrTruncatedGraph() throws IOException {
    Path graph = folder.resolve("model.onnx");
    byte[] bytes = Files.readAllBytes(graph);
    for (int kept : new int[] {0, 1, 100, bytes.length / 2, bytes.length - 1}) {
      Files.write(graph, Arrays.copyOf(bytes, kept));
      assertUnusable(ModelUnusableException.class, graph.toString());
    }
    Path only = Files.move(graph, folder.resolve("model_int8.onnx"));
    assertUnusable(ModelUnusableException.class, only.toString());
    Path other = Files.copy(only, folder.resolve("model_fp16.onnx"));
    assertUnusable(
        ModelNotFoundException.class,
        "has no model.onnx",
        "model_int8.onnx",
        "model_fp16.onnx",
        "variant");
    Files.delete(only);
    Files.delete(other);
    assertUnusable(ModelNotFoundException.class, "has no model.onnx", "export it to ONNX first");
  }

  @Test
  void choosesVariantsAndSubfolders() throws IOException {
    Classification expected = classify();
    Files.createDirectory(folder.resolve("onnx"));
    Files.move(folder.resolve("model.onnx"), folder.resolve("onnx/model.onnx"));
    assertThat(classify()).isEqualTo(expected);
    Files.move(folder.resolve("onnx/model.onnx"), folder.resolve("onnx/model_fp16.onnx"));
    ModelSource source = ModelSource.of(folder).withVariant("fp16");
    try (TaskModels model =
        new TaskModels(
            task -> source,
            Execution.cpu(),
            new ResultCache(CachePolicy.none()),
            QueuePolicy.defaults())) {
      assertThat(model.classifier().classify("The product was bad.")).isEqualTo(expected);
    }
  }

  @Test
  void missingOrForeignTokenizer() throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    Files.copy(
        TestModels.folder("textcls-roberta-multilabel").resolve("tokenizer.json"),
        tokenizer,
        StandardCopyOption.REPLACE_EXISTING);
    assertUnusable(
        ModelUnusableException.class,
        tokenizer.toString(),
        "does not fit the model",
        "vocab_size 562");
    Files.writeString(tokenizer, "{");
    assertUnusable(ModelUnusableException.class, "tokenizer", "cannot be loaded");
    Files.delete(tokenizer);
    assertUnusable(ModelNotFoundException.class, "there is no " + tokenizer);
  }

  @Test
  void labelsThatDoNotFit() throws IOException {
    config(json -> json.getAsJsonObject("id2label").addProperty("3", "MIXED"));
    assertUnusable(
        ModelUnusableException.class, "the graph gives 3 logits", "names 4 labels", "MIXED");
    config(json -> json.getAsJsonObject("id2label").addProperty("7", "MIXED"));
    assertUnusable(ModelUnusableException.class, "indexes must be 0 to 3", "found 7");
    config(json -> json.getAsJsonObject("id2label").addProperty("x", "MIXED"));
    assertUnusable(ModelUnusableException.class, "the index 'x' in id2label is not a whole number");
  }

  @Test
  void numbersLabelsThatHaveNoName() throws IOException {
    config(
        json -> {
          json.remove("id2label");
          json.remove("label2id");
        });
    assertThat(classify().labels())
        .extracting(label -> label.label())
        .containsExactlyInAnyOrder("LABEL_0", "LABEL_1", "LABEL_2");
  }

  private void graph(TestGraph graph) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph.bytes());
  }

  @Test
  void anotherTask() throws IOException {
    graph(
        new TestGraph()
            .input("input_ids", INT64, "batch", "sequence")
            .node("Cast", List.of("input_ids"), "last_hidden_state", Map.of("to", (long) FLOAT))
            .output("last_hidden_state", FLOAT, "batch", "sequence"));
    assertUnusable(
        ModelUnusableException.class,
        "cannot be used for text classification",
        "needs an output 'logits'",
        "last_hidden_state=FLOAT32[batch, sequence]");
    graph(
        new TestGraph()
            .input("pixel_values", FLOAT, "batch", "sequence")
            .node("Identity", List.of("pixel_values"), "logits")
            .output("logits", FLOAT, "batch", "sequence"));
    assertUnusable(
        ModelUnusableException.class,
        "takes 'pixel_values' as FLOAT32[batch, sequence]",
        "input_ids");
  }

  @Test
  void graphsThatGiveNoNumbers() throws IOException {
    graph( // 0 / 0
        new TestGraph()
            .input("input_ids", INT64, "batch", "sequence")
            .node("Cast", List.of("input_ids"), "x", Map.of("to", (long) FLOAT))
            .node("Sub", List.of("x", "x"), "zero")
            .node("Div", List.of("zero", "zero"), "logits")
            .output("logits", FLOAT, "batch", "labels"));
    config(
        json -> {
          json.remove("id2label");
          json.remove("label2id");
        });
    assertUnusable(ModelUnusableException.class, "gave no number for label 'LABEL_0'");
  }

  @Test
  void weightsThatAreNotThere() throws IOException {
    graph(
        new TestGraph()
            .input("input_ids", INT64, "batch", "sequence")
            .weightsElsewhere("weights", 1, "model.onnx_data")
            .node("Cast", List.of("input_ids"), "x", Map.of("to", (long) FLOAT))
            .node("Add", List.of("x", "weights"), "logits")
            .output("logits", FLOAT, "batch", "sequence"));
    Path data = folder.resolve("model.onnx_data");
    assertUnusable(
        ModelUnusableException.class,
        folder.resolve("model.onnx").toString(),
        "there is no " + data,
        "put them beside the graph");
    Files.write(data, new byte[] {0, 0}); // a float has four bytes
    assertUnusable(ModelUnusableException.class, folder.resolve("model.onnx").toString());
    Files.write(data, new byte[4]);
    config(
        json -> {
          json.remove("id2label");
          json.remove("label2id");
        });
    assertThat(classify().labels()).isNotEmpty();
  }

  @Test
  void foldersInPlaceOfFiles() throws IOException {
    for (String file : List.of("model.onnx", "tokenizer.json", "config.json")) {
      Path path = folder.resolve(file);
      Files.delete(path);
      Files.createDirectory(path);
      assertUnusable(ModelNotFoundException.class, file);
    }
  }

  @Test
  void emptyTokenizerFiles() throws IOException {
    for (String file : List.of("tokenizer_config.json", "tokenizer.json")) {
      Files.write(folder.resolve(file), new byte[0]);
      assertUnusable(ModelUnusableException.class, "tokenizer", "cannot be loaded", file);
    }
  }

  private void graphOf(String model) throws IOException {
    Files.copy(
        TestModels.folder(model).resolve("model.onnx"),
        folder.resolve("model.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void swappedGraphs() throws IOException {
    graphOf("ner-bert-uncased-io");
    assertUnusable(
        ModelUnusableException.class, "cannot be used for text classification", "logits=FLOAT32[");
    graphOf("qa-roberta");
    assertUnusable(
        ModelUnusableException.class, "cannot be used for text classification", "start_logits");
    graphOf("features-bert");
    assertUnusable(
        ModelUnusableException.class,
        "cannot be used for text classification",
        "last_hidden_state");
    graphOf("gpt2-with-past");
    assertUnusable(ModelUnusableException.class, "past_key_values", "an encoder takes input_ids");
  }

  @Test
  void aClassifierIsNoOtherTask() {
    assertRefused(m -> m.entityExtractor().extract("Ada"), "entity extraction");
    assertRefused(m -> m.questionAnswerer().answer("Who?", "Ada"), "question answering");
    assertRefused(m -> m.embedder().embed("Ada"), "embedding");
    assertRefused(m -> m.maskFiller().fill("Ada [MASK]"), "mask");
  }

  private void assertRefused(Consumer<TaskModels> call, String task) {
    ModelSource source = ModelSource.of(folder);
    try (TaskModels models =
        new TaskModels(
            name -> source,
            Execution.cpu(),
            new ResultCache(CachePolicy.none()),
            QueuePolicy.defaults())) {
      assertThatThrownBy(() -> call.accept(models))
          .isInstanceOf(ModelUnusableException.class)
          .hasMessageContainingAll(folder.toString(), task);
    }
  }

  @Test
  void unknownInputs() throws IOException {
    graph(
        new TestGraph()
            .input("input_ids", INT64, "batch", "sequence")
            .input("visual_embeds", FLOAT, "batch", "sequence", 4)
            .node("Cast", List.of("input_ids"), "logits", Map.of("to", (long) FLOAT))
            .output("logits", FLOAT, "batch", "sequence"));
    assertUnusable(
        ModelUnusableException.class,
        "takes 'visual_embeds' as FLOAT32[batch, sequence, 4]",
        "attention_mask and perhaps token_type_ids and position_ids");
    graph(
        new TestGraph()
            .input("input_ids", FLOAT, "batch", "sequence")
            .node("Identity", List.of("input_ids"), "logits")
            .output("logits", FLOAT, "batch", "sequence"));
    assertUnusable(ModelUnusableException.class, "takes 'input_ids' as FLOAT32[batch, sequence]");
  }
}
