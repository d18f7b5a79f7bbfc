package io.parlance.samples.cli;

import io.parlance.ModelUnusableException;
import io.parlance.model.ModelConfig;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.MarianConfig;
import io.parlance.models.architecture.NewModels;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.architecture.SpecialTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Family and sizes of a new model, or the trained one to start from. */
final class ArchitectureFlags {

  private static final double NEW_DROPOUT = 0.1;

  /** Marian's published feed-forward layers are four times as wide as the others. */
  private static final int TRANSLATOR_FEED_FORWARD = 4;

  @Option(
      names = "--init",
      paramLabel = "FOLDER",
      description = "Start from this folder's weights, sizes and tokenizer.")
  private @Nullable Path start;

  @Option(
      names = "--architecture",
      paramLabel = "TYPE",
      description =
          "Family of a new model, by its model_type: bert (the default), roberta, deberta-v2,"
              + " xlnet, gpt2, llama, mixtral, t5, bart, lstm, ...; a wrong one is told with all"
              + " there are.")
  private @Nullable String family;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "4",
      description = "Layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--decoder-layers",
      paramLabel = "N",
      description = "Layers of a decoder beside an encoder (default: as many as --layers).")
  private @Nullable Integer decoderLayers;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "256",
      description = "Width (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Attention heads (default: ${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--feed-forward",
      paramLabel = "N",
      description =
          "Width of the feed-forward layer (default: the family's published multiple of --hidden, "
              + "four as a rule).")
  private @Nullable Integer feedForward;

  @Option(
      names = "--key-value-heads",
      paramLabel = "N",
      description =
          "Heads of keys and values, for families that share them (default: the published share).")
  private @Nullable Integer keyValueHeads;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "128",
      description = "Longest input in tokens; texts beyond are cut (default: ${DEFAULT-VALUE}).")
  private int maximumLength;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description =
          "Dropout probability (default: 0.1 for encoders and translators, else as published; with "
              + "--init the folder's).")
  private @Nullable Double dropout;

  /** The folder to start from, null for new weights. */
  @Nullable Path start() {
    return start;
  }

  int maximumLength() {
    return maximumLength;
  }

  /** The family of a new model. */
  String family() {
    return family == null ? "bert" : family.replace("gpt-neo", "gpt_neo");
  }

  private NewModels.Sizes sizes(String type) {
    Double wanted = dropout;
    return new NewModels.Sizes(
        layers,
        decoderLayers == null ? layers : decoderLayers,
        hidden,
        NewModels.isRecurrent(type) ? 1 : heads,
        keyValueHeads == null ? 0 : keyValueHeads,
        feedForward == null ? 0 : feedForward,
        maximumLength,
        wanted != null ? wanted : NewModels.isEncoder(type) ? NEW_DROPOUT : -1);
  }

  /**
   * A new model.
   *
   * @param type a family with this head
   */
  PretrainedModel model(String type, Head head, NewModels.Vocabulary vocabulary) {
    return model(type, head, vocabulary, Labels.DEFAULT);
  }

  /** A new classifier. */
  PretrainedModel model(String type, Head head, NewModels.Vocabulary vocabulary, Labels labels) {
    return sized(
        type,
        () -> {
          PretrainedModel model = NewModels.of(type, head, sizes(type), vocabulary, labels);
          model.parameters(); // what does not go together in a layer shows here
          return model;
        });
  }

  /** A new encoder, for heads of one's own choice. */
  EncoderConfig<?> encoder(String type, int vocabularySize, int padTokenId) {
    SpecialTokens special =
        new SpecialTokens(OptionalInt.empty(), List.of(), OptionalInt.of(padTokenId));
    NewModels.Vocabulary vocabulary = new NewModels.Vocabulary(vocabularySize, special, -1);
    return sized(type, () -> NewModels.encoder(type, sizes(type), vocabulary));
  }

  /** Refuses sizes that a family has not, or that do not go together. */
  private <T> T sized(String type, Supplier<T> make) {
    if (decoderLayers != null && !NewModels.types(Head.CONDITIONAL_GENERATION).contains(type)) {
      throw new RefusedException("--decoder-layers is for an encoder with a decoder, not " + type);
    }
    if (keyValueHeads != null && NewModels.isEncoder(type)) {
      throw new RefusedException("--key-value-heads is for decoders, not " + type);
    }
    try {
      return make.get();
    } catch (IllegalArgumentException | ModelUnusableException e) {
      throw new RefusedException(
          "a new " + type + " cannot be made with these sizes: " + e.getMessage(), e);
    }
  }

  /** A new encoder-decoder for a vocabulary in Marian's order. */
  MarianConfig freshTranslator(int vocabularySize) {
    if (family != null && !family.equals("marian")) {
      throw new RefusedException(
          "--architecture is '" + family + "'; new models for translate are 'marian'");
    }
    int wide = feedForward == null ? TRANSLATOR_FEED_FORWARD * hidden : feedForward;
    return MarianConfig.opusMt(vocabularySize)
        .sizes(layers, decoderLayers == null ? layers : decoderLayers, hidden, heads, wide)
        .positions(maximumLength)
        .dropout(dropout == null ? NEW_DROPOUT : dropout);
  }

  /** Refuses what the configuration of the folder to start from decides. */
  void requireFolderDecides() {
    if (family != null) {
      throw new RefusedException(
          "--init brings its own architecture; leave --architecture out, or --init");
    }
    if (dropout != null) {
      throw new RefusedException(
          "--init brings its own dropout, in config.json; leave --dropout out, or --init");
    }
  }

  /** The folder to start from as a classifier, for families that are no encoders. */
  PretrainedModel classifier(ModelConfig config, Labels labels) {
    if (family != null) {
      throw new RefusedException(
          "--init brings its own architecture; leave --architecture out, or --init");
    }
    return NewModels.withHead(
        config, Head.SEQUENCE_CLASSIFICATION, labels, dropout == null ? -1 : dropout);
  }

  /** The configuration of the folder to start from. */
  EncoderConfig<?> of(Path folder) {
    if (family != null) {
      throw new RefusedException(
          "--init brings its own architecture; leave --architecture out, or --init");
    }
    return withDropout(Architectures.encoder(ModelFolder.open(ModelSource.of(folder)).config()));
  }

  /** The same model with the dropout that was asked for. */
  private EncoderConfig<?> withDropout(EncoderConfig<?> config) {
    Double probability = dropout;
    return probability == null ? config : config.with(s -> s.dropout(probability));
  }
}
