package io.parlance.models.architecture;

import com.google.gson.JsonObject;
import io.parlance.model.ModelConfig;
import io.parlance.models.nn.Activation;

/**
 * The keys of {@code config.json} that BART and its relatives share, under the names of {@code
 * transformers}.
 *
 * @param vocabularySize {@code vocab_size}
 * @param hiddenSize {@code d_model}, a multiple of both numbers of heads
 * @param encoderLayers {@code encoder_layers}
 * @param encoderHeads {@code encoder_attention_heads}
 * @param encoderFeedForwardSize {@code encoder_ffn_dim}
 * @param decoderLayers {@code decoder_layers}
 * @param decoderHeads {@code decoder_attention_heads}
 * @param decoderFeedForwardSize {@code decoder_ffn_dim}
 * @param positions {@code max_position_embeddings}, the longest sequence
 * @param activation {@code activation_function}
 * @param dropout {@code dropout}
 * @param attentionDropout {@code attention_dropout}
 * @param activationDropout {@code activation_dropout}
 * @param classifierDropout {@code classifier_dropout}
 * @param initializerRange {@code init_std}, the standard deviation of new weights
 * @param scaleEmbeddings {@code scale_embedding}: whether embeddings are multiplied by the root of
 *     {@code hiddenSize}
 * @param tieWordEmbeddings {@code tie_word_embeddings}: whether scores are made with the embeddings
 * @param tokens what generation begins, goes on and ends with
 * @param labels the classes of classification heads
 */
public record BartSettings(
    long vocabularySize,
    long hiddenSize,
    int encoderLayers,
    int encoderHeads,
    long encoderFeedForwardSize,
    int decoderLayers,
    int decoderHeads,
    long decoderFeedForwardSize,
    int positions,
    String activation,
    double dropout,
    double attentionDropout,
    double activationDropout,
    double classifierDropout,
    double initializerRange,
    boolean scaleEmbeddings,
    boolean tieWordEmbeddings,
    GenerationTokens tokens,
    Labels labels) {

  public BartSettings {
    Require.positive("vocab_size", vocabularySize);
    Require.positive("d_model", hiddenSize);
    Require.positive("encoder_layers", encoderLayers);
    Require.positive("encoder_attention_heads", encoderHeads);
    Require.positive("encoder_ffn_dim", encoderFeedForwardSize);
    Require.positive("decoder_layers", decoderLayers);
    Require.positive("decoder_attention_heads", decoderHeads);
    Require.positive("decoder_ffn_dim", decoderFeedForwardSize);
    Require.multiple("d_model", hiddenSize, "encoder_attention_heads", encoderHeads);
    Require.multiple("d_model", hiddenSize, "decoder_attention_heads", decoderHeads);
    Require.positive("max_position_embeddings", positions);
    Require.probability("dropout", dropout);
    Require.probability("attention_dropout", attentionDropout);
    Require.probability("activation_dropout", activationDropout);
    Require.probability("classifier_dropout", classifierDropout);
    Activation.named(activation);
  }

  /** 12 layers each, 1024 wide, 16 heads: what all relatives of BART are published as. */
  static BartSettings large(
      long vocabularySize,
      String activation,
      double attentionDropout,
      boolean scaleEmbeddings,
      GenerationTokens tokens) {
    return new BartSettings(
        vocabularySize,
        1024,
        12,
        16,
        4096,
        12,
        16,
        4096,
        1024,
        activation,
        0.1,
        attentionDropout,
        0,
        0,
        0.02,
        scaleEmbeddings,
        true,
        tokens,
        Labels.numbered(3));
  }

  /** Reads {@code config.json}; what is missing is as in {@code defaults}. */
  static BartSettings read(ModelConfig config, BartSettings defaults) {
    boolean labelled = config.has("id2label") || config.has("num_labels");
    return new BartSettings(
        config.integer("vocab_size").orElse((int) defaults.vocabularySize),
        config.integer("d_model").orElse((int) defaults.hiddenSize),
        config.integer("encoder_layers").orElse(defaults.encoderLayers),
        config.integer("encoder_attention_heads").orElse(defaults.encoderHeads),
        config.integer("encoder_ffn_dim").orElse((int) defaults.encoderFeedForwardSize),
        config.integer("decoder_layers").orElse(defaults.decoderLayers),
        config.integer("decoder_attention_heads").orElse(defaults.decoderHeads),
        config.integer("decoder_ffn_dim").orElse((int) defaults.decoderFeedForwardSize),
        config.integer("max_position_embeddings").orElse(defaults.positions),
        config.string("activation_function").orElse(defaults.activation),
        config.number("dropout").orElse(defaults.dropout),
        config.number("attention_dropout").orElse(defaults.attentionDropout),
        config.number("activation_dropout").orElse(defaults.activationDropout),
        config.number("classifier_dropout").orElse(defaults.classifierDropout),
        config.number("init_std").orElse(defaults.initializerRange),
        config.flag("scale_embedding").orElse(defaults.scaleEmbeddings),
        config.flag("tie_word_embeddings").orElse(defaults.tieWordEmbeddings),
        GenerationTokens.read(config, defaults.tokens),
        labelled
            ? Labels.read(config)
            : new Labels(defaults.labels.names(), Labels.read(config).problemType()));
  }

  void write(JsonObject json) {
    json.addProperty("vocab_size", vocabularySize);
    json.addProperty("d_model", hiddenSize);
    json.addProperty("encoder_layers", encoderLayers);
    json.addProperty("encoder_attention_heads", encoderHeads);
    json.addProperty("encoder_ffn_dim", encoderFeedForwardSize);
    json.addProperty("decoder_layers", decoderLayers);
    json.addProperty("decoder_attention_heads", decoderHeads);
    json.addProperty("decoder_ffn_dim", decoderFeedForwardSize);
    json.addProperty("num_hidden_layers", encoderLayers);
    json.addProperty("max_position_embeddings", positions);
    json.addProperty("activation_function", activation);
    json.addProperty("dropout", dropout);
    json.addProperty("attention_dropout", attentionDropout);
    json.addProperty("activation_dropout", activationDropout);
    json.addProperty("classifier_dropout", classifierDropout);
    json.addProperty("init_std", initializerRange);
    json.addProperty("scale_embedding", scaleEmbeddings);
    json.addProperty("tie_word_embeddings", tieWordEmbeddings);
  }
}
