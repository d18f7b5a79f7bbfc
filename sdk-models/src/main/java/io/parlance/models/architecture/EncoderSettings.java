package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.graph.Initialization;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.TextEmbeddings;
import java.util.Map;

/**
 * The part of a configuration that all encoders have. Immutable; {@link #toBuilder} starts a
 * changed copy.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code hidden_size}, a multiple of {@code attentionHeads}
 * @param hiddenLayers {@code num_hidden_layers}
 * @param attentionHeads {@code num_attention_heads}
 * @param intermediateSize {@code intermediate_size}, the width of the feed-forward layer
 * @param hiddenActivation {@code hidden_act}
 * @param hiddenDropout {@code hidden_dropout_prob}
 * @param attentionDropout {@code attention_probs_dropout_prob}
 * @param classifierDropout {@code classifier_dropout}; {@code hidden_dropout_prob} where the file
 *     has none
 * @param maxPositionEmbeddings {@code max_position_embeddings}, the rows of the position table; 0
 *     if the model has none
 * @param typeVocabularySize {@code type_vocab_size}, the number of segments; 0 if the model has
 *     none
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param layerNormEpsilon {@code layer_norm_eps}
 * @param padTokenId {@code pad_token_id}
 * @param tieWordEmbeddings {@code tie_word_embeddings}: whether the scores over the vocabulary use
 *     the word embeddings
 * @param labels the classes of classification heads
 */
public record EncoderSettings(
    long vocabularySize,
    long hiddenSize,
    int hiddenLayers,
    int attentionHeads,
    long intermediateSize,
    String hiddenActivation,
    double hiddenDropout,
    double attentionDropout,
    double classifierDropout,
    long maxPositionEmbeddings,
    long typeVocabularySize,
    double initializerRange,
    double layerNormEpsilon,
    long padTokenId,
    boolean tieWordEmbeddings,
    Labels labels) {

  public EncoderSettings {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("hidden_size", hiddenSize);
    Require.positive("num_attention_heads", attentionHeads);
    Require.positive("intermediate_size", intermediateSize);
    Require.notNegative("num_hidden_layers", hiddenLayers);
    Require.notNegative("max_position_embeddings", maxPositionEmbeddings);
    Require.notNegative("type_vocab_size", typeVocabularySize);
    Require.probability("hidden_dropout_prob", hiddenDropout);
    Require.probability("attention_probs_dropout_prob", attentionDropout);
    Require.probability("classifier_dropout", classifierDropout);
    Require.multiple("hidden_size", hiddenSize, "num_attention_heads", attentionHeads);
    Activation.named(hiddenActivation);
  }

  /** Those of BERT base (uncased): 12 layers, 768 wide, 12 heads. */
  static EncoderSettings bertBase() {
    return new EncoderSettings(
        30522,
        768,
        12,
        12,
        3072,
        "gelu",
        0.1,
        0.1,
        0.1,
        512,
        2,
        0.02,
        1e-12,
        0,
        true,
        Labels.DEFAULT);
  }

  /** A builder that holds these values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Reads {@code config.json}.
   *
   * @param defaults for keys that are missing; {@code classifier_dropout} then is {@code
   *     hidden_dropout_prob}
   * @param names the family's names of keys by BERT's, where they differ; BERT's are understood as
   *     well, as the reference does. An empty name: the family has no such key
   */
  static EncoderSettings read(
      ModelConfig config, EncoderSettings defaults, Map<String, String> names) {
    Keys keys = new Keys(config, names);
    double dropout = keys.number("hidden_dropout_prob", defaults.hiddenDropout);
    return new EncoderSettings(
        keys.integer("vocab_size", defaults.vocabularySize),
        keys.integer("hidden_size", defaults.hiddenSize),
        (int) keys.integer("num_hidden_layers", defaults.hiddenLayers),
        (int) keys.integer("num_attention_heads", defaults.attentionHeads),
        keys.integer("intermediate_size", defaults.intermediateSize),
        keys.string("hidden_act", defaults.hiddenActivation),
        dropout,
        keys.number("attention_probs_dropout_prob", defaults.attentionDropout),
        keys.number(
            "classifier_dropout",
            names.containsKey("classifier_dropout") ? defaults.classifierDropout : dropout),
        keys.integer("max_position_embeddings", defaults.maxPositionEmbeddings),
        keys.integer("type_vocab_size", defaults.typeVocabularySize),
        keys.number("initializer_range", defaults.initializerRange),
        keys.number("layer_norm_eps", defaults.layerNormEpsilon),
        keys.integer("pad_token_id", defaults.padTokenId),
        config.flag("tie_word_embeddings").orElse(defaults.tieWordEmbeddings),
        Labels.read(config));
  }

  /** The beginning of {@code config.json} for a model of this class. */
  JsonObject toJson(String architecture, String modelType, Map<String, String> names) {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(architecture);
    json.add("architectures", architectures);
    json.addProperty("model_type", modelType);
    write(json, names, "vocab_size", vocabularySize);
    write(json, names, "hidden_size", hiddenSize);
    write(json, names, "num_hidden_layers", hiddenLayers);
    write(json, names, "num_attention_heads", attentionHeads);
    write(json, names, "intermediate_size", intermediateSize);
    String activation = names.getOrDefault("hidden_act", "hidden_act");
    if (!activation.isEmpty()) {
      json.addProperty(activation, hiddenActivation);
    }
    write(json, names, "hidden_dropout_prob", hiddenDropout);
    write(json, names, "attention_probs_dropout_prob", attentionDropout);
    write(json, names, "classifier_dropout", classifierDropout);
    write(json, names, "max_position_embeddings", maxPositionEmbeddings);
    write(json, names, "type_vocab_size", typeVocabularySize);
    write(json, names, "initializer_range", initializerRange);
    write(json, names, "layer_norm_eps", layerNormEpsilon);
    write(json, names, "pad_token_id", padTokenId);
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
    json.addProperty("torch_dtype", "float32"); // transformers 4
    json.addProperty("dtype", "float32"); // transformers 5
    labels.write(json);
    return json;
  }

  private static void write(JsonObject json, Map<String, String> names, String key, Number value) {
    String name = names.getOrDefault(key, key);
    if (!name.isEmpty()) {
      json.addProperty(name, value);
    }
  }

  Activation activation() {
    return Activation.named(hiddenActivation);
  }

  /** How new matrices begin. */
  Initialization weights() {
    return new Initialization.Normal(initializerRange);
  }

  /** The embeddings of a model that is {@code width} wide at its bottom. */
  TextEmbeddings embeddings(long width) {
    return new TextEmbeddings(
        vocabularySize,
        width,
        maxPositionEmbeddings,
        typeVocabularySize,
        padTokenId,
        -1,
        hiddenDropout,
        layerNormEpsilon,
        initializerRange,
        false);
  }

  /** The layer of a post-norm transformer, whose parameters have these names. */
  PostNormLayer layer(PostNormLayer.Names names) {
    return new PostNormLayer(
        names,
        hiddenSize,
        attentionHeads,
        intermediateSize,
        activation(),
        attentionDropout,
        0,
        hiddenDropout,
        hiddenDropout,
        layerNormEpsilon,
        weights());
  }

  /** Values of a file by BERT's names of their keys. */
  private record Keys(ModelConfig config, Map<String, String> names) {

    long integer(String key, long otherwise) {
      String name = names.getOrDefault(key, key);
      if (name.isEmpty()) {
        return otherwise;
      }
      return config
          .integer(name)
          .orElseGet(() -> config.integer(key).orElse(Math.toIntExact(otherwise)));
    }

    double number(String key, double otherwise) {
      String name = names.getOrDefault(key, key);
      return name.isEmpty()
          ? otherwise
          : config.number(name).orElseGet(() -> config.number(key).orElse(otherwise));
    }

    String string(String key, String otherwise) {
      String name = names.getOrDefault(key, key);
      return name.isEmpty()
          ? otherwise
          : config.string(name).or(() -> config.string(key)).orElse(otherwise);
    }
  }

  /** Collects settings; every value starts as that of the settings it was made from. */
  public static final class Builder {
    private long vocabularySize;
    private long hiddenSize;
    private int hiddenLayers;
    private int attentionHeads;
    private long intermediateSize;
    private String hiddenActivation;
    private double hiddenDropout;
    private double attentionDropout;
    private double classifierDropout;
    private long maxPositionEmbeddings;
    private long typeVocabularySize;
    private double initializerRange;
    private double layerNormEpsilon;
    private long padTokenId;
    private boolean tieWordEmbeddings;
    private Labels labels;

    private Builder(EncoderSettings from) {
      vocabularySize = from.vocabularySize;
      hiddenSize = from.hiddenSize;
      hiddenLayers = from.hiddenLayers;
      attentionHeads = from.attentionHeads;
      intermediateSize = from.intermediateSize;
      hiddenActivation = from.hiddenActivation;
      hiddenDropout = from.hiddenDropout;
      attentionDropout = from.attentionDropout;
      classifierDropout = from.classifierDropout;
      maxPositionEmbeddings = from.maxPositionEmbeddings;
      typeVocabularySize = from.typeVocabularySize;
      initializerRange = from.initializerRange;
      layerNormEpsilon = from.layerNormEpsilon;
      padTokenId = from.padTokenId;
      tieWordEmbeddings = from.tieWordEmbeddings;
      labels = from.labels;
    }

    /** The number of tokens, and which of them fills short texts up. */
    public Builder vocabulary(long size, long paddingId) {
      vocabularySize = size;
      padTokenId = paddingId;
      return this;
    }

    /** The sizes of the layers. */
    public Builder sizes(int layers, long hidden, int heads, long intermediate) {
      hiddenLayers = layers;
      hiddenSize = hidden;
      attentionHeads = heads;
      intermediateSize = intermediate;
      return this;
    }

    /** The activation of the feed-forward layers by its name in {@code hidden_act}. */
    public Builder hiddenActivation(String name) {
      hiddenActivation = name;
      return this;
    }

    /** One dropout probability everywhere. */
    public Builder dropout(double probability) {
      return hiddenDropout(probability)
          .attentionDropout(probability)
          .classifierDropout(probability);
    }

    /** The dropout of embeddings and of what layers add. */
    public Builder hiddenDropout(double probability) {
      hiddenDropout = probability;
      return this;
    }

    /** The dropout of attention weights. */
    public Builder attentionDropout(double probability) {
      attentionDropout = probability;
      return this;
    }

    /** The dropout before a classification head. */
    public Builder classifierDropout(double probability) {
      classifierDropout = probability;
      return this;
    }

    /** The rows of the position table. */
    public Builder maxPositionEmbeddings(long positions) {
      maxPositionEmbeddings = positions;
      return this;
    }

    /** The number of segments. */
    public Builder typeVocabularySize(long segments) {
      typeVocabularySize = segments;
      return this;
    }

    /** The standard deviation of new weights. */
    public Builder initializerRange(double range) {
      initializerRange = range;
      return this;
    }

    /** What layer normalization adds to the variance. */
    public Builder layerNormEpsilon(double epsilon) {
      layerNormEpsilon = epsilon;
      return this;
    }

    /** Whether the scores over the vocabulary use the word embeddings. */
    public Builder tieWordEmbeddings(boolean tied) {
      tieWordEmbeddings = tied;
      return this;
    }

    /** The classes of classification heads. */
    public Builder labels(Labels classes) {
      labels = classes;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException naming the key of {@code config.json}, if a value is wrong
     */
    public EncoderSettings build() {
      return new EncoderSettings(
          vocabularySize,
          hiddenSize,
          hiddenLayers,
          attentionHeads,
          intermediateSize,
          hiddenActivation,
          hiddenDropout,
          attentionDropout,
          classifierDropout,
          maxPositionEmbeddings,
          typeVocabularySize,
          initializerRange,
          layerNormEpsilon,
          padTokenId,
          tieWordEmbeddings,
          labels);
    }
  }
}
