package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.transpose;
import static io.parlance.models.graph.Operators.unsqueeze;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.GeneratedText;
import io.parlance.Nlp;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.model.ModelConfig;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.models.graph.Dimension;
import io.parlance.models.graph.ForeignNodes;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.OnnxWriter;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.CausalSequence.KeysAndValues;
import io.parlance.models.nn.Linear;
import io.parlance.runtime.ElementType;
import io.parlance.task.TextGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Graphs that keep their cache as other exporters write it give the reference's tokens. */
class CacheLayoutsTest {

  /** What one layer of the cache looks like from outside. */
  private enum Layout {
    /** Half precision, as exports for GPUs have it. */
    FLOAT16 {
      @Override
      KeysAndValues declare(Graph graph, int layer, long heads, long width) {
        Shape shape = Shape.of("batch", heads, "past_sequence_length", width);
        return new KeysAndValues(
            cast(graph.input(key(layer), ElementType.FLOAT16, shape), graph.floatType()),
            cast(graph.input(value(layer), ElementType.FLOAT16, shape), graph.floatType()));
      }

      @Override
      void give(Graph graph, int layer, KeysAndValues all, long heads, long width) {
        graph.output("present." + layer + ".key", cast(all.key(), ElementType.FLOAT16));
        graph.output("present." + layer + ".value", cast(all.value(), ElementType.FLOAT16));
      }
    },
    /** Heads folded into the batch and keys transposed, as BLOOM was exported. */
    FOLDED {
      @Override
      KeysAndValues declare(Graph graph, int layer, long heads, long width) {
        Value key =
            graph.input(
                key(layer),
                graph.floatType(),
                Shape.of("batch_size_x_num_heads", width, "past_sequence_length"));
        Value value =
            graph.input(
                value(layer),
                graph.floatType(),
                Shape.of("batch_size_x_num_heads", "past_sequence_length", width));
        return new KeysAndValues(
            unfolded(transpose(key, 0, 2, 1), heads, width), unfolded(value, heads, width));
      }

      /** Our own reshape would find that the number of elements need not be the same. */
      private static Value unfolded(Value folded, long heads, long width) {
        Graph graph = folded.graph();
        Value rows = shape(graph.inputs().get("input_ids"), 0, 1);
        Value sizes = sizes(graph, rows, heads, shape(folded, 1, 2), width);
        Shape shape = Shape.of("batch", heads, "past_sequence_length", width);
        return ForeignNodes.append(
                "",
                "Reshape",
                List.of(folded, sizes),
                Map.of("allowzero", 1L), // the first past is empty
                List.of(new ForeignNodes.Output(graph.floatType(), shape)))
            .get(0);
      }

      @Override
      void give(Graph graph, int layer, KeysAndValues all, long heads, long width) {
        Value length = shape(all.key(), 2, 3);
        graph.output(
            "present." + layer + ".key",
            transpose(reshape(all.key(), sizes(graph, -1, length, width)), 0, 2, 1));
        graph.output(
            "present." + layer + ".value", reshape(all.value(), sizes(graph, -1, length, width)));
      }
    },
    /** Keys and values in one tensor, as GPT-2 was exported. */
    TOGETHER {
      @Override
      KeysAndValues declare(Graph graph, int layer, long heads, long width) {
        Value both =
            graph.input(
                "past_" + layer,
                graph.floatType(),
                Shape.of(2, "batch", heads, "past_sequence_length", width));
        List<Value> parts = split(both, 0, 1, 1);
        return new KeysAndValues(squeeze(parts.get(0), 0), squeeze(parts.get(1), 0));
      }

      @Override
      void give(Graph graph, int layer, KeysAndValues all, long heads, long width) {
        graph.output(
            "present_" + layer, concat(0, unsqueeze(all.key(), 0), unsqueeze(all.value(), 0)));
      }
    };

    abstract KeysAndValues declare(Graph graph, int layer, long heads, long width);

    abstract void give(Graph graph, int layer, KeysAndValues all, long heads, long width);

    static String key(int layer) {
      return "past_key_values." + layer + ".key";
    }

    static String value(int layer) {
      return "past_key_values." + layer + ".value";
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bloom-lm, FOLDED",
    "bloom-lm, FLOAT16",
    "bloom-lm, TOGETHER",
    "llama-gqa, FOLDED",
    "llama-gqa, FLOAT16",
    "llama-gqa, TOGETHER"
  })
  void everyLayoutGivesTheReferencesTokens(String name, Layout layout, @TempDir Path folder)
      throws IOException {
    Path golden = Goldens.folder("generation/" + name);
    ModelConfig config = ModelConfig.of(name, json(golden.resolve("config.json")));
    boolean bloom = name.startsWith("bloom");
    Decoder decoder =
        bloom
            ? new BloomConfig.Body(BloomConfig.from(config))
            : new LlamaConfig.Body(LlamaConfig.from(config));
    DecoderDescription.CacheSize cache = decoder.description().cache();
    Graph graph = Graph.inference(name);
    Value ids = graph.input("input_ids", ElementType.INT64, Shape.of("batch", "sequence"));
    Dimension all = Dimension.of("past_sequence_length").plus(Dimension.of("sequence"));
    Value mask = graph.input("attention_mask", ElementType.INT64, Shape.of("batch", all));
    Value positions =
        bloom
            ? null
            : graph.input("position_ids", ElementType.INT64, Shape.of("batch", "sequence"));
    List<KeysAndValues> past = new ArrayList<>();
    for (int layer = 0; layer < cache.layers(); layer++) {
      past.add(layout.declare(graph, layer, cache.heads(), cache.width()));
    }
    CausalSequence tokens = new CausalSequence(ids, mask, positions, past);
    graph.output("logits", scores(decoder, graph, tokens));
    for (int layer = 0; layer < cache.layers(); layer++) {
      layout.give(graph, layer, tokens.present().get(layer), cache.heads(), cache.width());
    }
    Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
    Files.copy(golden.resolve("generation_config.json"), folder.resolve("generation_config.json"));
    try (TrainableModel model = TrainableModel.load(golden)) {
      OnnxWriter.of(graph).weights(model.parameters()).write(folder.resolve("model.onnx"));
    }
    check(golden, folder);
  }

  /**
   * LLaMA as the model builder of ONNX Runtime GenAI writes it: attention and cache in one
   * operator, with names of its own.
   */
  @Test
  void groupQueryAttentionGivesTheReferencesTokens(@TempDir Path folder) throws IOException {
    Path golden = Goldens.folder("generation/llama-gqa");
    LlamaConfig config =
        LlamaConfig.from(ModelConfig.of("llama", json(golden.resolve("config.json"))));
    Graph graph = Graph.inference("llama");
    Value ids = graph.input("ids", ElementType.INT64, Shape.of("batch_size", "sequence_length"));
    Value mask =
        graph.input("mask", ElementType.INT64, Shape.of("batch_size", "total_sequence_length"));
    GroupQuery decoder = new GroupQuery(config, mask, new ArrayList<>());
    Value positions =
        graph.input("at", ElementType.INT64, Shape.of("batch_size", "sequence_length"));
    CausalSequence tokens = new CausalSequence(ids, null, positions, List.of());
    graph.output("scores", scores(decoder, graph, tokens));
    for (int layer = 0; layer < decoder.present().size(); layer++) {
      graph.output("new_" + layer + "_key", decoder.present().get(layer).key());
      graph.output("new_" + layer + "_value", decoder.present().get(layer).value());
    }
    try (TrainableModel model = TrainableModel.load(golden)) {
      OnnxWriter.of(graph)
          .weights(model.parameters())
          .operatorSets(Map.of("", 17L, "com.microsoft", 1L))
          .write(folder.resolve("decoder.onnx"));
    }
    Files.writeString(
        folder.resolve("genai_config.json"),
        """
        {"model": {"type": "llama", "bos_token_id": 1, "eos_token_id": [2], "pad_token_id": 0,
          "vocab_size": 110, "context_length": 64, "decoder": {"filename": "decoder.onnx",
            "head_size": 16, "hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 2,
            "num_key_value_heads": 2,
            "inputs": {"input_ids": "ids", "attention_mask": "mask", "position_ids": "at",
              "past_key_names": "old_%d_key", "past_value_names": "old_%d_value"},
            "outputs": {"logits": "scores",
              "present_key_names": "new_%d_key", "present_value_names": "new_%d_value"}}},
         "search": {"max_length": 64, "do_sample": false, "num_beams": 1, "top_k": 1,
          "past_present_share_buffer": true}}
        """);
    check(golden, folder);
  }

  private static Value scores(Decoder decoder, Graph graph, CausalSequence tokens) {
    DecoderHeads heads = new DecoderHeads(decoder, Head.CAUSAL_LM, Inputs.of(graph), tokens);
    return heads.scores(heads.states());
  }

  /** LLaMA with the attention of ONNX Runtime GenAI. */
  private record GroupQuery(LlamaConfig config, Value mask, List<KeysAndValues> present)
      implements LlamaDecoder {

    @Override
    public DecoderDescription description() {
      return new LlamaConfig.Body(config).description();
    }

    @Override
    public void write(JsonObject json) {}

    @Override
    public RotaryDecoderConfig common() {
      return new LlamaConfig.Body(config).common();
    }

    @Override
    public Value attention(Scope scope, int layer, Value x, Call call) {
      Graph graph = x.graph();
      Shape past = Shape.of("batch_size", 2, "past_sequence_length", 16);
      Shape all = Shape.of("batch_size", 2, "total_sequence_length", 16);
      Value lengths = cast(sub(reduceSum(mask, false, 1), graph.longs(1)), ElementType.INT32);
      List<Value> outputs =
          ForeignNodes.append(
              "com.microsoft",
              "GroupQueryAttention",
              List.of(
                  projection(scope, "q_proj", x, 4, call),
                  projection(scope, "k_proj", x, 2, call),
                  projection(scope, "v_proj", x, 2, null),
                  graph.input("old_" + layer + "_key", ElementType.FLOAT32, past),
                  graph.input("old_" + layer + "_value", ElementType.FLOAT32, past),
                  lengths,
                  cast(squeeze(shape(mask, 1, 2), 0), ElementType.INT32)),
              Map.of("num_heads", 4L, "kv_num_heads", 2L, "scale", 1 / Math.sqrt(8)),
              List.of(
                  new ForeignNodes.Output(
                      ElementType.FLOAT32, Shape.of("batch_size", "sequence_length", 64)),
                  new ForeignNodes.Output(ElementType.FLOAT32, all),
                  new ForeignNodes.Output(ElementType.FLOAT32, all)));
      present.add(new KeysAndValues(outputs.get(1), outputs.get(2)));
      Value heads = split(reshape(outputs.get(0), 0, 0, 4, 16), -1, 8, 8).get(0);
      Value joined = reshape(heads, 0, 0, 32);
      return scope.in("o_proj", s -> Linear.withoutBias(s, joined, 32, weights()));
    }

    /** Heads of 8, rotated if there is a call, and with 8 zeros each: the operator wants 16. */
    private Value projection(Scope scope, String name, Value x, long heads, Call call) {
      Value plain = scope.in(name, s -> Linear.withoutBias(s, x, heads * 8, weights()));
      Value apart = Attention.splitHeads(plain, heads); // [batch, heads, sequence, 8]
      Value turned = call == null ? apart : call.rotary().apply(apart, call.rotation());
      Value back = transpose(turned, 0, 2, 1, 3);
      return reshape(concat(-1, back, mul(back, 0)), 0, 0, heads * 16);
    }
  }

  /** Generates what the reference generated, alone and many at once, guessed and remembered. */
  private static void check(Path golden, Path folder) throws IOException {
    JsonObject reference = json(golden.resolve("generate.json"));
    int padding = reference.get("pad_token_id").getAsInt();
    try (Nlp nlp = Nlp.builder().generator(folder).build()) {
      for (JsonElement element : reference.getAsJsonArray("cases")) {
        JsonObject each = element.getAsJsonObject();
        if (!countsNoPadding(each)) {
          continue;
        }
        JsonObject prompt =
            reference.getAsJsonObject("prompts").getAsJsonObject(each.get("prompt").getAsString());
        List<int[]> prompts = prompts(prompt);
        int width = prompt.getAsJsonArray("input_ids").get(0).getAsJsonArray().size();
        GenerationOptions options = GenerationOptions.parse(each.getAsJsonObject("kwargs"));
        TextGenerator generator = nlp.generator().with(options);
        List<TextGenerator> ways = new ArrayList<>(List.of(generator));
        if (options.get(GenerationOption.NUM_BEAMS, 1) == 1) {
          ways.add(generator.with(GenerationOption.PROMPT_LOOKUP_NUM_TOKENS, 3));
        }
        for (TextGenerator way : ways) {
          List<GeneratedText> found =
              way.generateFromTokens(prompts).stream()
                  .flatMap(generation -> generation.sequences().stream())
                  .toList();
          JsonArray expected = each.getAsJsonArray("sequences");
          assertThat(found).hasSize(expected.size());
          for (int i = 0; i < found.size(); i++) {
            List<Integer> tokens = ints(expected.get(i));
            assertThat(trimmed(found.get(i).tokenIds(), padding))
                .as("%s %s %d", each.get("setting"), each.get("prompt"), i)
                .isEqualTo(trimmed(tokens.subList(width, tokens.size()), padding));
          }
        }
      }
    }
  }

  /** Lengths and penalties of a padded batch count its padding, which ours do not have. */
  private static boolean countsNoPadding(JsonObject each) {
    return each.get("prompt").getAsString().equals("single")
        || each.get("setting").getAsString().matches("greedy|(beam4_lp|diverse).*");
  }

  private static List<int[]> prompts(JsonObject prompt) {
    List<int[]> prompts = new ArrayList<>();
    for (int row = 0; row < prompt.getAsJsonArray("input_ids").size(); row++) {
      List<Integer> ids = ints(prompt.getAsJsonArray("input_ids").get(row));
      List<Integer> mask = ints(prompt.getAsJsonArray("attention_mask").get(row));
      int unused = mask.indexOf(1);
      prompts.add(ids.subList(unused, ids.size()).stream().mapToInt(Integer::intValue).toArray());
    }
    return prompts;
  }

  private static List<Integer> ints(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsInt).toList();
  }

  private static List<Integer> trimmed(List<Integer> tokens, int padding) {
    int end = tokens.size();
    while (end > 0 && tokens.get(end - 1) == padding) {
      end--;
    }
    return tokens.subList(0, end);
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
