package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.cumulativeSum;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.less;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.max;
import static io.parlance.models.graph.Operators.min;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.softmax;
import static io.parlance.models.graph.Operators.stopGradient;
import static io.parlance.models.graph.Operators.unsqueeze;
import static io.parlance.models.graph.Operators.where;
import static io.parlance.runtime.ElementType.INT64;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ELECTRA's pretraining (Clark et al. 2020, arXiv:2003.10555): a generator fills hidden tokens in,
 * a discriminator finds those that are wrong; both have the same embeddings. No gradient goes from
 * the discriminator to the generator, whose samples are inputs.
 *
 * <p>Inputs, each [batch, sequence]: {@code masked_ids} for the generator, {@code corrupted_ids}
 * with its samples, {@code attention_mask}, {@code token_type_ids}; for the losses {@code
 * mlm_labels} and {@code is_replaced}.
 *
 * <p>Where the samples are to be drawn in the graph, there is {@code sampling} instead of {@code
 * corrupted_ids} and {@code is_replaced}: uniform numbers [masked], by which the distribution that
 * the generator gives is inverted; with {@code masked_positions} and {@code mlm_labels} [masked],
 * and {@code masked_index} [batch, sequence], the number of a hidden token at its position and -1
 * elsewhere. A sample that happens to be right counts as original, as in the paper.
 *
 * @param generator narrower than the discriminator, with embeddings as wide
 * @param discriminator what is kept afterwards
 * @param discriminatorWeight the weight of the discriminator's loss; 50 in the paper
 */
public record ElectraPretraining(
    ElectraConfig generator, ElectraConfig discriminator, double discriminatorWeight)
    implements PretrainedModel {

  static final String ARCHITECTURE = "ElectraPretraining";

  private static final String MODEL_TYPE = "electra_pretraining";
  private static final double PUBLISHED_WEIGHT = 50;

  public ElectraPretraining {
    if (generator.embeddingSize() != discriminator.embeddingSize()) {
      throw new IllegalArgumentException(
          "embedding_size is "
              + generator.embeddingSize()
              + " in the generator and "
              + discriminator.embeddingSize()
              + " in the discriminator; they share their embeddings");
    }
  }

  /** The pretraining of a discriminator with the paper's weight of its loss. */
  public static ElectraPretraining of(ElectraConfig generator, ElectraConfig discriminator) {
    return new ElectraPretraining(generator, discriminator, PUBLISHED_WEIGHT);
  }

  static Map<String, Architectures.Builder> builders() {
    Architectures.Builder builder = (config, weights) -> from(config);
    return Map.of(ARCHITECTURE, builder, MODEL_TYPE, builder);
  }

  private static ElectraPretraining from(ModelConfig config) {
    return new ElectraPretraining(
        part(config, "generator"),
        part(config, "discriminator"),
        config.number("discriminator_loss_weight").orElse(PUBLISHED_WEIGHT));
  }

  private static ElectraConfig part(ModelConfig config, String key) {
    return config
        .nested(key)
        .map(ElectraConfig::from)
        .orElseThrow(() -> new IllegalArgumentException(key + " is missing, expected an object"));
  }

  @Override
  public String architecture() {
    return ARCHITECTURE;
  }

  @Override
  public WeightNames weightNames() {
    return WeightNames.of("")
        .ignore("generator\\.electra\\.embeddings\\..*")
        .ignore("generator\\.generator_lm_head\\.weight");
  }

  @Override
  public JsonObject configuration() {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(ARCHITECTURE);
    json.add("architectures", architectures);
    json.addProperty("model_type", MODEL_TYPE);
    json.add("generator", generator.toJson("ElectraForMaskedLM"));
    json.add("discriminator", discriminator.toJson("ElectraForPreTraining"));
    json.addProperty("discriminator_loss_weight", discriminatorWeight);
    return json;
  }

  @Override
  public List<String> exportedInputs() {
    return List.of("masked_ids", "corrupted_ids", "attention_mask", "token_type_ids");
  }

  @Override
  public OptionalLong maximumLength() {
    return OptionalLong.of(discriminator.settings().maxPositionEmbeddings());
  }

  @Override
  public Map<String, Value> forward(Inputs inputs) {
    inputs.requireOnly(
        ARCHITECTURE,
        Set.of(
            "masked_ids",
            "corrupted_ids",
            "attention_mask",
            "token_type_ids",
            "mlm_labels",
            "is_replaced",
            "masked_positions",
            "masked_index",
            "sampling"));
    Scope root = inputs.graph().root();
    Scope generating = new Scope(root.graph(), "generator");
    Scope detecting = new Scope(root.graph(), "discriminator");
    Electra filler = new Electra(generator, "discriminator.electra.embeddings");
    Electra finder = new Electra(discriminator);
    Value guessed =
        generating.in("electra", s -> filler.encode(s, tokens(inputs, "masked_ids"), false));
    Value words = filler.predict(generating, EncoderHeads.maskedStates(inputs, guessed));
    Value sample = sample(inputs, words);
    TokenInputs corrupted =
        sample == null ? tokens(inputs, "corrupted_ids") : filled(inputs, sample);
    Value read = detecting.in("electra", s -> finder.encode(s, corrupted, false));
    Value suspicion = finder.detect(detecting, read);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("generator_logits", words);
    outputs.put("discriminator_logits", suspicion);
    Value generatorLoss = EncoderHeads.crossEntropy(inputs, words, "mlm_labels");
    Value replaced =
        sample == null
            ? inputs.find("is_replaced")
            : atHidden(inputs, cast(not(equal(sample, inputs.get("mlm_labels"))), INT64), null);
    if (generatorLoss != null && replaced != null) {
      Value discriminatorLoss =
          Losses.binaryCrossEntropyWithLogits(suspicion, replaced, corrupted.attentionMask());
      outputs.put("generator_loss", generatorLoss);
      outputs.put("discriminator_loss", discriminatorLoss);
      outputs.put("loss", add(generatorLoss, mul(discriminatorLoss, discriminatorWeight)));
    }
    return outputs;
  }

  /** A token for each hidden one, as likely as the generator finds it: [masked]. */
  private static @Nullable Value sample(Inputs inputs, Value words) {
    Value uniform = inputs.find("sampling");
    if (uniform == null) {
      return null;
    }
    Value passed = cumulativeSum(softmax(stopGradient(words), -1), -1, false);
    Value below = cast(lessOrEqual(passed, unsqueeze(uniform, 1)), INT64);
    // rounding may keep the last sum below 1
    Value last = words.graph().longScalar(words.shape().get(-1).size() - 1);
    return min(reduceSum(below, false, -1), last);
  }

  /** The generator's input with samples in the places of hidden tokens. */
  private static TokenInputs filled(Inputs inputs, Value sample) {
    return new TokenInputs(
        atHidden(inputs, sample, inputs.get("masked_ids")),
        inputs.find("attention_mask"),
        inputs.find("token_type_ids"),
        null,
        null);
  }

  /** Values of hidden tokens at their positions, others elsewhere, 0 if there are none. */
  private static Value atHidden(Inputs inputs, Value values, @Nullable Value others) {
    Value index = inputs.get("masked_index");
    Value zero = index.graph().longScalar(0);
    Value spread = gather(values, max(index, zero), 0);
    return where(less(index, zero), others == null ? zero : others, spread);
  }

  /** The model that is kept afterwards, for {@link #discriminatorWeights}. */
  public PretrainedModel discriminatorModel() {
    return discriminator.model(Head.PRETRAINING);
  }

  /** The model that fills hidden tokens in, for {@link #generatorWeights}. */
  public PretrainedModel generatorModel() {
    return generator.model(Head.MASKED_LM);
  }

  /** The weights of the discriminator among those of both, by its own names; not copied. */
  public static <T> Map<String, T> discriminatorWeights(Map<String, T> both) {
    return under(both, "discriminator.");
  }

  /** The weights of the generator among those of both, by its own names; not copied. */
  public static <T> Map<String, T> generatorWeights(Map<String, T> both) {
    Map<String, T> weights = under(both, "generator.");
    discriminatorWeights(both)
        .forEach(
            (name, weight) -> {
              if (name.startsWith("electra.embeddings.")) {
                weights.put(name, weight);
              }
            });
    return weights;
  }

  private static <T> Map<String, T> under(Map<String, T> all, String prefix) {
    Map<String, T> found = new LinkedHashMap<>();
    all.forEach(
        (name, weight) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), weight);
          }
        });
    return found;
  }

  private static TokenInputs tokens(Inputs inputs, String ids) {
    return new TokenInputs(
        inputs.get(ids), inputs.find("attention_mask"), inputs.find("token_type_ids"), null, null);
  }
}
