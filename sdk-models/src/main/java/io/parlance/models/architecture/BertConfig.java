package io.parlance.models.architecture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;

/**
 * The configuration of a BERT model; the keys of {@code config.json} and their defaults are those
 * of {@code transformers}' BertConfig.
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
 * @param maxPositionEmbeddings {@code max_position_embeddings}, the longest sequence
 * @param typeVocabularySize {@code type_vocab_size}, the number of segments
 * @param initializerRange {@code initializer_range}, the standard deviation of new weights
 * @param layerNormEpsilon {@code layer_norm_eps}
 * @param padTokenId {@code pad_token_id}
 * @param decoder {@code is_decoder}: whether tokens see only those before them
 * @param tieWordEmbeddings {@code tie_word_embeddings}
 * @param labels the classes of classification heads
 */
public record BertConfig(
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
    boolean decoder,
    boolean tieWordEmbeddings,
    Labels labels) {

  public BertConfig {
    requirePositive("vocab_size", vocabularySize);
    requirePositive("hidden_size", hiddenSize);
    requirePositive("num_attention_heads", attentionHeads);
    requirePositive("intermediate_size", intermediateSize);
    requirePositive("max_position_embeddings", maxPositionEmbeddings);
    requirePositive("type_vocab_size", typeVocabularySize);
    requireProbability("hidden_dropout_prob", hiddenDropout);
    requireProbability("attention_probs_dropout_prob", attentionDropout);
    requireProbability("classifier_dropout", classifierDropout);
    if (hiddenLayers < 0) {
      throw new IllegalArgumentException(
          "num_hidden_layers is " + hiddenLayers + ", expected 0 or more");
    }
    if (hiddenSize % attentionHeads != 0) {
      throw new IllegalArgumentException(
          "hidden_size "
              + hiddenSize
              + " is not a multiple of num_attention_heads "
              + attentionHeads);
    }
    Activation.named(hiddenActivation);
  }

  /** BERT base: 12 layers, 768 wide, 12 heads; uncased vocabulary. */
  public static BertConfig base() {
    return from(ModelConfig.of("BERT base", new JsonObject()));
  }

  /** BERT large: 24 layers, 1024 wide, 16 heads; uncased vocabulary. */
  public static BertConfig large() {
    return base().sized(24, 1024, 16, 4096);
  }

  /** The same model with other sizes of its layers. */
  public BertConfig sized(int layers, long hidden, int heads, long intermediate) {
    return new BertConfig(
        vocabularySize,
        hidden,
        layers,
        heads,
        intermediate,
        hiddenActivation,
        hiddenDropout,
        attentionDropout,
        classifierDropout,
        maxPositionEmbeddings,
        typeVocabularySize,
        initializerRange,
        layerNormEpsilon,
        padTokenId,
        decoder,
        tieWordEmbeddings,
        labels);
  }

  /** The same model for another vocabulary. */
  public BertConfig vocabulary(long size, long padTokenId) {
    return new BertConfig(
        size,
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
        decoder,
        tieWordEmbeddings,
        labels);
  }

  /** The same model for sequences of at most this many tokens. */
  public BertConfig maximumLength(long positions) {
    return new BertConfig(
        vocabularySize,
        hiddenSize,
        hiddenLayers,
        attentionHeads,
        intermediateSize,
        hiddenActivation,
        hiddenDropout,
        attentionDropout,
        classifierDropout,
        positions,
        typeVocabularySize,
        initializerRange,
        layerNormEpsilon,
        padTokenId,
        decoder,
        tieWordEmbeddings,
        labels);
  }

  /** The same model with one dropout probability everywhere. */
  public BertConfig dropout(double probability) {
    return new BertConfig(
        vocabularySize,
        hiddenSize,
        hiddenLayers,
        attentionHeads,
        intermediateSize,
        hiddenActivation,
        probability,
        probability,
        probability,
        maxPositionEmbeddings,
        typeVocabularySize,
        initializerRange,
        layerNormEpsilon,
        padTokenId,
        decoder,
        tieWordEmbeddings,
        labels);
  }

  /** The same model with these classes. */
  public BertConfig labels(Labels classes) {
    return new BertConfig(
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
        decoder,
        tieWordEmbeddings,
        classes);
  }

  /**
   * Reads {@code config.json}.
   *
   * @throws IllegalArgumentException naming the key, if a value is wrong or asks for what is not
   *     supported
   */
  public static BertConfig from(ModelConfig config) {
    String positions = config.string("position_embedding_type").orElse("absolute");
    if (!positions.equals("absolute")) {
      throw new IllegalArgumentException(
          "position_embedding_type is '" + positions + "'; BERT is built with 'absolute' only");
    }
    if (config.flag("add_cross_attention").orElse(false)) {
      throw new IllegalArgumentException(
          "add_cross_attention is true; BERT is built without cross attention");
    }
    double dropout = config.number("hidden_dropout_prob").orElse(0.1);
    return new BertConfig(
        config.integer("vocab_size").orElse(30522),
        config.integer("hidden_size").orElse(768),
        config.integer("num_hidden_layers").orElse(12),
        config.integer("num_attention_heads").orElse(12),
        config.integer("intermediate_size").orElse(3072),
        config.string("hidden_act").orElse("gelu"),
        dropout,
        config.number("attention_probs_dropout_prob").orElse(0.1),
        config.number("classifier_dropout").orElse(dropout),
        config.integer("max_position_embeddings").orElse(512),
        config.integer("type_vocab_size").orElse(2),
        config.number("initializer_range").orElse(0.02),
        config.number("layer_norm_eps").orElse(1e-12),
        config.integer("pad_token_id").orElse(0),
        config.flag("is_decoder").orElse(false),
        config.flag("tie_word_embeddings").orElse(true),
        Labels.read(config));
  }

  /** The contents of {@code config.json} for a model with this head. */
  JsonObject toJson(String architecture) {
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(architecture);
    json.add("architectures", architectures);
    json.addProperty("model_type", "bert");
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("hidden_size", hiddenSize);
    json.addProperty("num_hidden_layers", hiddenLayers);
    json.addProperty("num_attention_heads", attentionHeads);
    json.addProperty("intermediate_size", intermediateSize);
    json.addProperty("hidden_act", hiddenActivation);
    json.addProperty("hidden_dropout_prob", hiddenDropout);
    json.addProperty("attention_probs_dropout_prob", attentionDropout);
    json.addProperty("classifier_dropout", classifierDropout);
    json.addProperty("max_position_embeddings", maxPositionEmbeddings);
    json.addProperty("type_vocab_size", typeVocabularySize);
    json.addProperty("initializer_range", initializerRange);
    json.addProperty("layer_norm_eps", layerNormEpsilon);
    json.addProperty("pad_token_id", padTokenId);
    json.addProperty("position_embedding_type", "absolute");
    if (decoder) {
      json.addProperty("is_decoder", true);
    }
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
    json.addProperty("torch_dtype", "float32");
    labels.write(json);
    return json;
  }

  Activation activation() {
    return Activation.named(hiddenActivation);
  }

  private static void requirePositive(String key, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(
          "" + key + " is " + value + ", expected a positive number");
    }
  }

  private static void requireProbability(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "" + key + " is " + value + ", expected at least 0 and below 1");
    }
  }
}
