package io.parlance.samples.cli;

import io.parlance.models.ngram.NgramSmoothing;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code --task ngram} counts and how. */
final class NgramFlags {

  /** The kinds of smoothing by the names of the field. */
  enum Smoothing {
    MLE,
    LAPLACE,
    LIDSTONE,
    JELINEK_MERCER,
    KNESER_NEY,
    MODIFIED_KNESER_NEY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = "--order",
      paramLabel = "N",
      defaultValue = "3",
      description = "For ngram: the longest n-gram in words (default: ${DEFAULT-VALUE}).")
  private int order;

  @Option(
      names = "--smoothing",
      paramLabel = "KIND",
      defaultValue = "modified-kneser-ney",
      description =
          "For ngram: one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); with the last "
              + "two the output has a model.arpa.")
  private Smoothing smoothing;

  @Option(
      names = "--pseudo-count",
      paramLabel = "X",
      description = "For ngram: what lidstone adds to each count.")
  private @Nullable Double pseudoCount;

  @Option(
      names = "--weights",
      paramLabel = "X",
      split = ",",
      description =
          "For ngram: the weights of jelinek-mercer, separated by commas: an even distribution, "
              + "words alone, pairs ...; 1 together.")
  private List<Double> weights = List.of();

  int order() {
    return order;
  }

  NgramSmoothing smoothing() {
    if ((pseudoCount != null) != (smoothing == Smoothing.LIDSTONE)) {
      throw new RefusedException("--pseudo-count goes with --smoothing lidstone, and it needs one");
    }
    if (weights.isEmpty() == (smoothing == Smoothing.JELINEK_MERCER)) {
      throw new RefusedException(
          "--weights go with --smoothing jelinek-mercer, and it needs them, such as "
              + "0.05,0.2,0.3,0.45 for --order 3");
    }
    return switch (smoothing) {
      case MLE -> NgramSmoothing.maximumLikelihood();
      case LAPLACE -> NgramSmoothing.laplace();
      case LIDSTONE -> NgramSmoothing.lidstone(pseudoCount == null ? 1 : pseudoCount);
      case JELINEK_MERCER -> NgramSmoothing.jelinekMercer(weights);
      case KNESER_NEY -> NgramSmoothing.kneserNey();
      case MODIFIED_KNESER_NEY -> NgramSmoothing.modifiedKneserNey();
    };
  }
}
