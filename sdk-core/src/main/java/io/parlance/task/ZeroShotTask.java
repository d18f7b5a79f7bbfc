package io.parlance.task;

import io.parlance.Classification;
import io.parlance.InvalidInputException;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Truncation;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Classification with the caller's own labels by a model that was trained to tell whether a premise
 * entails a hypothesis (Yin et al. 2019), with the rules of the zero-shot classification pipeline
 * of transformers.
 */
final class ZeroShotTask implements EncoderTask<float[], Classification> {
  private static final Pattern PLACE = Pattern.compile("\\{0?}"); // as Python's format has it
  private static final String ENTAILMENT = "entail";

  private final LoadedClassifier model;
  private final ClassificationOptions options;
  private final List<String> hypotheses;
  private final EncodingOptions cut;

  ZeroShotTask(LoadedClassifier model, ClassificationOptions options) {
    this.model = model;
    this.options = options;
    if (options.function() != null) {
      throw new InvalidInputException(
          "a score function cannot be chosen with candidate labels; choose multi-label or not");
    }
    if (!PLACE.matcher(options.template()).find()) {
      throw new InvalidInputException(
          "hypothesis template '"
              + options.template()
              + "' has no place {} for the label; write for example '"
              + ClassificationOptions.TEMPLATE
              + "'");
    }
    hypotheses =
        options.candidates().stream()
            .map(Matcher::quoteReplacement)
            .map(candidate -> PLACE.matcher(options.template()).replaceAll(candidate))
            .toList();
    TruncationOptions truncation = options.truncation();
    cut =
        (truncation.strategy() == null
                ? truncation.withStrategy(Truncation.ONLY_FIRST)
                : truncation)
            .encoding(model.encoder());
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() != null) {
      throw new InvalidInputException(
          "candidate labels are for one text; this input has a second one");
    }
    if (input.text().isEmpty()) {
      throw new InvalidInputException("the text is empty; there is nothing to find labels for");
    }
    return hypotheses.stream().map(hypothesis -> encode(input.text(), hypothesis)).toList();
  }

  private Encoding encode(String text, String hypothesis) {
    TextInput pair = TextInput.pair(text, hypothesis);
    try {
      return model.encoder().encode(pair, cut);
    } catch (InvalidInputException hypothesisTooLong) {
      // the reference cuts nothing then
      return model.encoder().encode(pair, EncodingOptions.DEFAULT);
    }
  }

  @Override
  public List<String> outputs() {
    return List.of(LoadedClassifier.LOGITS);
  }

  @Override
  public float[] read(EncoderOutputs outputs, int row, Encoding window) {
    return model.logits(outputs, row);
  }

  @Override
  public Classification decode(TextInput input, List<Encoding> windows, List<float[]> values) {
    int entailment = entailment(values.get(0).length);
    boolean apart = options.multiLabel() || values.size() == 1;
    double[] scores;
    if (apart) {
      int contradiction = entailment == 0 ? values.get(0).length - 1 : 0;
      scores =
          values.stream()
              .mapToDouble(
                  logits ->
                      Scores.of(
                          ScoreFunction.SOFTMAX,
                          new float[] {logits[contradiction], logits[entailment]})[1])
              .toArray();
    } else {
      float[] entailments = new float[values.size()];
      for (int i = 0; i < entailments.length; i++) {
        entailments[i] = values.get(i)[entailment];
      }
      scores = Scores.of(ScoreFunction.SOFTMAX, entailments);
    }
    return model.result(options.candidates(), scores, options.topK(), windows.get(0));
  }

  /** The first label that begins with "entail", else the last. */
  private int entailment(int width) {
    List<String> labels = model.labelsFor(width);
    for (int i = 0; i < width; i++) {
      if (labels.get(i).toLowerCase(Locale.ROOT).startsWith(ENTAILMENT)) {
        return i;
      }
    }
    return width - 1;
  }
}
