package io.parlance.samples.cli;

import io.parlance.models.architecture.BertConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The sizes of a new BERT, or the trained one to start from. */
final class ArchitectureFlags {

  /** Published configurations make the feed-forward layer four times as wide as the others. */
  private static final int FEED_FORWARD_FACTOR = 4;

  @Option(
      names = "--init",
      paramLabel = "FOLDER",
      description = "Start from this folder's weights, sizes and tokenizer.")
  private @Nullable Path start;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "4",
      description = "Layers (default: ${DEFAULT-VALUE}).")
  private int layers;

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
  BertConfig fresh(int vocabularySize, int padTokenId) {
    long wide = feedForward == null ? (long) FEED_FORWARD_FACTOR * hidden : feedForward;
    return withDropout(
        BertConfig.base()
            .with(
                s ->
                    s.sizes(layers, hidden, heads, wide)
                        .vocabulary(vocabularySize, padTokenId)
                        .maxPositionEmbeddings(maximumLength)));
  }

  /** The same model with the dropout that was asked for. */
  BertConfig withDropout(BertConfig config) {
    Double probability = dropout;
    return probability == null ? config : config.with(s -> s.dropout(probability));
  }
}
