package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.CausalAttention;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.FusedAttention;
import io.parlance.models.nn.LayerNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * GPT, the first (Radford et al. 2018): learned positions, norms after each sublayer. The keys of
 * {@code config.json} and their defaults are those of {@code transformers}' OpenAIGPTConfig.
 *
 * @param vocabularySize {@code vocab_size}
 * @param positions {@code n_positions}, the longest sequence
 * @param hiddenSize {@code n_embd}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code n_layer}
 * @param attentionHeads {@code n_head}
 * @param activation {@code afn}; its "gelu" is GELU by tanh
 * @param residualDropout {@code resid_pdrop}
 * @param embeddingDropout {@code embd_pdrop}
 * @param attentionDropout {@code attn_pdrop}
 * @param summaryDropout {@code summary_first_dropout}, before the scores of choices
 * @param layerNormEpsilon {@code layer_norm_epsilon}
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param tokens begin, end and padding
 * @param labels the classes of classification heads
 */
public record OpenAiGptConfig(
    long vocabularySize,
    long positions,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    String activation,
    double residualDropout,
    double embeddingDropout,
    double attentionDropout,
    double summaryDropout,
    double layerNormEpsilon,
    double initializerRange,
    boolean tieWordEmbeddings,
    SpecialTokens tokens,
    Labels labels)
    implements DecoderConfig {

  static final Map<Head, String> ARCHITECTURES =
      Map.of(
          Head.BODY, "OpenAIGPTModel",
          Head.CAUSAL_LM, "OpenAIGPTLMHeadModel",
          Head.SEQUENCE_CLASSIFICATION, "OpenAIGPTForSequenceClassification",
          Head.DOUBLE_HEADS, "OpenAIGPTDoubleHeadsModel");

  public OpenAiGptConfig {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("n_positions", positions);
    Require.positive("n_embd", hiddenSize);
    Require.notNegative("n_layer", hiddenLayers);
    Require.positive("n_head", attentionHeads);
    Require.multiple("n_embd", hiddenSize, "n_head", attentionHeads);
    Require.probability("resid_pdrop", residualDropout);
    Require.probability("embd_pdrop", embeddingDropout);
    Require.probability("attn_pdrop", attentionDropout);
    Require.probability("summary_first_dropout", summaryDropout);
    Activation.named(activation);
  }

  /** The published model: 12 layers, 768 wide, 12 heads. */
  public static OpenAiGptConfig gpt() {
    return from(Presets.of("GPT"));
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong
   */
  public static OpenAiGptConfig from(ModelConfig config) {
    return new OpenAiGptConfig(
        config.integer("vocab_size").orElse(40478),
        config.integer("n_positions").orElse(512),
        config.integer("n_embd").orElse(768),
        config.integer("n_layer").orElse(12),
        config.integer("n_head").orElse(12),
        config.string("afn").orElse("gelu"),
        config.number("resid_pdrop").orElse(0.1),
        config.number("embd_pdrop").orElse(0.1),
        config.number("attn_pdrop").orElse(0.1),
        config.number("summary_first_dropout").orElse(0.1),
        config.number("layer_norm_epsilon").orElse(1e-5),
        config.number("initializer_range").orElse(0.02),
        config.flag("tie_word_embeddings").orElse(true),
        SpecialTokens.read(config, SpecialTokens.NONE),
        Labels.read(config));
  }

  @Override
  public PretrainedModel model(Head head) {
    return new DecoderModel(new Body(this), head);
  }

  /** The layers; parameter names are those of {@code transformers}' OpenAIGPTModel. */
  record Body(OpenAiGptConfig config) implements Decoder {

    @Override
    public DecoderDescription description() {
      return new DecoderDescription(
          "openai-gpt",
          ARCHITECTURES,
          "transformer",
          "tokens_embed",
          "lm_head",
          config.tieWordEmbeddings,
          config.vocabularySize,
          config.hiddenSize,
          -1,
          new DecoderDescription.CacheSize(
              config.hiddenLayers,
              config.attentionHeads,
              config.hiddenSize / config.attentionHeads),
          OptionalLong.of(config.positions),
          true,
          config.initializerRange,
          config.summaryDropout,
          "classifier",
          List.of("(transformer\\.)?h\\.\\d+\\.attn\\.bias"),
          config.tokens,
          config.labels);
    }

    @Override
    public void write(JsonObject json) {
      json.addProperty("vocab_size", config.vocabularySize);
      json.addProperty("n_positions", config.positions);
      json.addProperty("n_embd", config.hiddenSize);
      json.addProperty("n_layer", config.hiddenLayers);
      json.addProperty("n_head", config.attentionHeads);
      json.addProperty("afn", config.activation);
      json.addProperty("resid_pdrop", config.residualDropout);
      json.addProperty("embd_pdrop", config.embeddingDropout);
      json.addProperty("attn_pdrop", config.attentionDropout);
      json.addProperty("summary_type", "cls_index");
      json.addProperty("summary_use_proj", true);
      json.addProperty("summary_first_dropout", config.summaryDropout);
      json.addProperty("layer_norm_epsilon", config.layerNormEpsilon);
      json.addProperty("initializer_range", config.initializerRange);
      json.addProperty("tie_word_embeddings", config.tieWordEmbeddings);
    }

    @Override
    public States hiddenStates(Scope scope, CausalSequence sequence) {
      Value words = words(scope, sequence);
      Value positions =
          scope.in(
              "positions_embed",
              s ->
                  Embedding.apply(
                      s, sequence.positions(), config.positions, config.hiddenSize, weights()));
      Value hidden = Dropout.apply(add(words, positions), config.embeddingDropout);
      for (int i = 0; i < config.hiddenLayers; i++) {
        Value x = hidden;
        hidden = scope.in("h", i, s -> layer(s, x, sequence));
      }
      return States.of(hidden);
    }

    private Value layer(Scope scope, Value x, CausalSequence sequence) {
      FusedAttention attention = new FusedAttention(config.attentionHeads, weights(), weights());
      CausalAttention scores =
          CausalAttention.scaled(
              config.hiddenSize / config.attentionHeads, config.attentionDropout);
      Value attended = scope.in("attn", s -> attention.apply(s, x, sequence, scores));
      Value first = addAndNorm(scope, "ln_1", attended, x);
      FeedForward feedForward =
          new FeedForward(
              4 * config.hiddenSize,
              config.activation.equals("gelu")
                  ? Activation.GELU_TANH
                  : Activation.named(config.activation),
              weights());
      Value widened = scope.in("mlp", s -> feedForward.applyTransposed(s, first, "c_fc", "c_proj"));
      return addAndNorm(scope, "ln_2", widened, first);
    }

    private Value addAndNorm(Scope scope, String name, Value x, Value stream) {
      Value sum = add(stream, Dropout.apply(x, config.residualDropout));
      return scope.in(name, s -> LayerNorm.apply(s, sum, config.layerNormEpsilon));
    }
  }
}
