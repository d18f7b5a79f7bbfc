package io.parlance.samples.benchmarks;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.architecture.BertConfig;
import io.parlance.models.architecture.Gpt2Config;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.T5Config;
import io.parlance.models.random.CounterRandom;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The model, its first weights and the data, equal on both sides: everything is drawn from a seed.
 *
 * @param task the head
 */
record Workload(TrainingTask task) {

  static final int BATCH = 32;
  static final int SEQUENCE = 128;
  static final int LAYERS = 4;
  static final int HIDDEN = 256;
  static final int HEADS = 4;
  static final int INTERMEDIATE = 1024;
  static final int VOCABULARY = 8000;
  static final float LAYER_NORM_EPSILON = 1e-12f;

  static final float LEARNING_RATE = 1e-4f;
  static final float BETA1 = 0.9f;
  static final float BETA2 = 0.999f;
  static final float EPSILON = 1e-8f;

  private static final double MASKED_SHARE = 0.15;
  private static final double DEVIATION = 0.02;
  private static final CounterRandom RANDOM = CounterRandom.of(2018);

  /**
   * One step's data.
   *
   * @param inputIds [batch, sequence], no padding among them
   * @param labels [batch] classes; or [batch, sequence] ids; or [masked] ids
   * @param maskedPositions [masked] indexes into the flattened batch, ascending; empty unless only
   *     those are scored
   */
  record Batch(long[] inputIds, long[] labels, long[] maskedPositions) {}

  /** The model as a function that writes graphs. No dropout. */
  PretrainedModel model() {
    JsonObject json = new JsonObject();
    json.addProperty("vocab_size", VOCABULARY);
    return switch (task) {
      case GPT2_LM -> gpt2(json);
      case T5 -> t5(json);
      default -> bert(json);
    };
  }

  private PretrainedModel bert(JsonObject json) {
    json.addProperty("hidden_size", HIDDEN);
    json.addProperty("num_hidden_layers", LAYERS);
    json.addProperty("num_attention_heads", HEADS);
    json.addProperty("intermediate_size", INTERMEDIATE);
    json.addProperty("layer_norm_eps", LAYER_NORM_EPSILON);
    json.addProperty("is_decoder", task == TrainingTask.CAUSAL_LM);
    json.addProperty("num_labels", 2);
    return BertConfig.from(ModelConfig.of("benchmark", json))
        .with(s -> s.dropout(0))
        .model(task.head());
  }

  /** With the exact GELU, for which DJL has libtorch's fused kernel. */
  private PretrainedModel gpt2(JsonObject json) {
    json.addProperty("n_embd", HIDDEN);
    json.addProperty("n_layer", LAYERS);
    json.addProperty("n_head", HEADS);
    json.addProperty("n_inner", INTERMEDIATE);
    json.addProperty("n_positions", SEQUENCE);
    json.addProperty("layer_norm_epsilon", LAYER_NORM_EPSILON);
    json.addProperty("activation_function", "gelu");
    for (String dropout : new String[] {"resid_pdrop", "embd_pdrop", "attn_pdrop"}) {
      json.addProperty(dropout, 0);
    }
    return Gpt2Config.from(ModelConfig.of("benchmark", json)).model(task.head());
  }

  private PretrainedModel t5(JsonObject json) {
    json.addProperty("d_model", HIDDEN);
    json.addProperty("d_kv", HIDDEN / HEADS);
    json.addProperty("d_ff", INTERMEDIATE);
    json.addProperty("num_layers", LAYERS);
    json.addProperty("num_heads", HEADS);
    json.addProperty("dropout_rate", 0);
    json.addProperty("decoder_start_token_id", 0);
    return T5Config.from(ModelConfig.of("benchmark", json)).model(task.head());
  }

  /** The shape of each parameter by its Hugging Face name. */
  Map<String, long[]> parameterShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    model().parameters().forEach((name, p) -> shapes.put(name, p.value().shape().sizes()));
    return shapes;
  }

  /**
   * The first values of a parameter: none of them zero or one, so that a forgotten bias would show
   * in the loss.
   */
  static FloatBuffer initialValues(String name, long[] shape) {
    int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    FloatBuffer values =
        ByteBuffer.allocateDirect(size * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    double mean = isNorm(name) && name.endsWith("weight") ? 1 : 0;
    RANDOM.fork("parameters").fork(name).fillNormal(values, mean, deviation(name));
    return values;
  }

  /** For T5, which scales nothing by itself, so large that each part shows in the loss. */
  private static double deviation(String name) {
    if (name.equals("shared.weight")) {
      return 1;
    }
    if (name.contains("relative_attention_bias")) {
      return 0.5;
    }
    return name.contains(".block.") ? 1 / Math.sqrt(HIDDEN) : DEVIATION;
  }

  /** Decoupled weight decay of a parameter: none for biases and normalizations, as usual. */
  static float weightDecay(String name) {
    return name.endsWith("bias") || isNorm(name) ? 0 : 0.01f;
  }

  private static boolean isNorm(String name) {
    return name.contains("LayerNorm") || name.contains("layer_norm") || name.contains(".ln_");
  }

  /** The data of a step. */
  Batch batch(long step) {
    CounterRandom random = RANDOM.fork("data").fork(step);
    long[] ids = below(random.fork("ids"), VOCABULARY, BATCH * SEQUENCE);
    if (!task.languageModel()) {
      return new Batch(ids, below(random.fork("labels"), 2, BATCH), new long[0]);
    }
    if (task != TrainingTask.MASKED_LM_GATHERED) {
      return new Batch(ids, below(random.fork("labels"), VOCABULARY, ids.length), new long[0]);
    }
    int masked = (int) Math.round(MASKED_SHARE * ids.length);
    int[] order = random.fork("positions").permutation(ids.length);
    long[] positions = Arrays.stream(order).limit(masked).sorted().asLongStream().toArray();
    return new Batch(ids, below(random.fork("labels"), VOCABULARY, masked), positions);
  }

  private static long[] below(CounterRandom random, int bound, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.below(bound, i);
    }
    return values;
  }
}
