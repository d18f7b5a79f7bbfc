package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;

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

/**
 * ELECTRA's pretraining (Clark et al. 2020, arXiv:2003.10555): a generator fills hidden tokens in,
 * a discriminator finds those that are wrong; both have the same embeddings. No gradient goes from
 * the discriminator to the generator, whose samples are inputs.
 *
 * <p>Inputs, each [batch, sequence]: {@code masked_ids} for the generator, {@code corrupted_ids}
 * with its samples, {@code attention_mask}, {@code token_type_ids}; for the losses {@code
 * mlm_labels} and {@code is_replaced}.
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
            "masked_positions"));
    Scope root = inputs.graph().root();
    Scope generating = new Scope(root.graph(), "generator");
    Scope detecting = new Scope(root.graph(), "discriminator");
    Electra filler = new Electra(generator, "discriminator.electra.embeddings");
    Electra finder = new Electra(discriminator);
    Value guessed =
        generating.in("electra", s -> filler.encode(s, tokens(inputs, "masked_ids"), false));
    Value words = filler.predict(generating, EncoderHeads.maskedStates(inputs, guessed));
    TokenInputs corrupted = tokens(inputs, "corrupted_ids");
    Value read = detecting.in("electra", s -> finder.encode(s, corrupted, false));
    Value suspicion = finder.detect(detecting, read);
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put("generator_logits", words);
    outputs.put("discriminator_logits", suspicion);
    Value generatorLoss = EncoderHeads.crossEntropy(inputs, words, "mlm_labels");
    Value replaced = inputs.find("is_replaced");
    if (generatorLoss != null && replaced != null) {
      Value discriminatorLoss =
          Losses.binaryCrossEntropyWithLogits(suspicion, replaced, corrupted.attentionMask());
      outputs.put("generator_loss", generatorLoss);
      outputs.put("discriminator_loss", discriminatorLoss);
      outputs.put("loss", add(generatorLoss, mul(discriminatorLoss, discriminatorWeight)));
    }
    return outputs;
  }

  private static TokenInputs tokens(Inputs inputs, String ids) {
    return new TokenInputs(
        inputs.get(ids), inputs.find("attention_mask"), inputs.find("token_type_ids"), null, null);
  }
}
