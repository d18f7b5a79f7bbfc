package io.parlance.samples.cli;

import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.architecture.Architectures;
import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.MarianConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Family and sizes of a new encoder, or the trained one to start from. */
final class ArchitectureFlags {

  private static final Set<Head> TRAINED = Set.of(Head.MASKED_LM, Head.SEQUENCE_CLASSIFICATION);

  private static final double NEW_DROPOUT = 0.1;

  /** Published configurations make the feed-forward layer four times as wide as the others. */
  private static final int FEED_FORWARD_FACTOR = 4;

  @Option(
      names = "--init",
      paramLabel = "FOLDER",
      description = "Start from this folder's weights, sizes and tokenizer.")
  private @Nullable Path start;

  @Option(
      names = "--architecture",
      paramLabel = "TYPE",
      description =
          "Family of a new model, by its model_type: bert (the default), roberta, distilbert, "
              + "albert, electra, deberta-v2, modernbert, ...")
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
      description = "For translate: layers of the decoder (default: as many as --layers).")
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
      description = "Width of the feed-forward layer (default: four times --hidden).")
  private @Nullable Integer feedForward;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      defaultValue = "128",
      description = "Longest input in tokens; texts beyond are cut (default: ${DEFAULT-VALUE}).")
  private int maximumLength;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Dropout probability (default: 0.1, with --init the folder's).")
  private @Nullable Double dropout;

  /** The folder to start from, null for new weights. */
  @Nullable Path start() {
    return start;
  }

  int maximumLength() {
    return maximumLength;
  }

  /** A new model for a vocabulary. */
  EncoderConfig<?> fresh(int vocabularySize, int padTokenId) {
    String type = family == null ? "bert" : family;
    List<String> known = Architectures.encoderTypes(TRAINED);
    if (!known.contains(type)) {
      throw new RefusedException("--architecture is '" + type + "', expected one of " + known);
    }
    long wide = feedForward == null ? (long) FEED_FORWARD_FACTOR * hidden : feedForward;
    EncoderConfig<?> config =
        Architectures.published(type)
            .with(
                s ->
                    s.sizes(layers, hidden, heads, wide)
                        .vocabulary(vocabularySize, padTokenId)
                        .dropout(NEW_DROPOUT))
            .maximumLength(maximumLength);
    return withDropout(config);
  }

  /** A new encoder-decoder for a vocabulary in Marian's order. */
  MarianConfig freshTranslator(int vocabularySize) {
    if (family != null && !family.equals("marian")) {
      throw new RefusedException(
          "--architecture is '" + family + "'; new models for translate are 'marian'");
    }
    int wide = feedForward == null ? FEED_FORWARD_FACTOR * hidden : feedForward;
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
