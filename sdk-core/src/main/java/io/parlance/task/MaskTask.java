package io.parlance.task;

import io.parlance.InvalidInputException;
import io.parlance.MaskFilling;
import io.parlance.MaskPrediction;
import io.parlance.ModelUnusableException;
import io.parlance.ScoreFunction;
import io.parlance.TextInput;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** The most probable tokens for each mask, with the rules of the fill-mask pipeline. */
final class MaskTask implements EncoderTask<List<MaskTask.Candidates>, MaskFilling> {
  private final LoadedMaskFiller model;
  private final EncodingOptions encoding;
  private final int topK;
  private final int[] targets; // none: all tokens

  /**
   * The best tokens of one mask.
   *
   * @param position of the mask among the tokens
   */
  record Candidates(int position, List<Candidate> best) {}

  /** A token with its probability. */
  record Candidate(int token, double score) {}

  MaskTask(LoadedMaskFiller model, MaskOptions options) {
    this.model = model;
    encoding = options.truncation().encoding(model.encoder());
    targets =
        options.targets().stream()
            .flatMapToInt(target -> tokenOf(target).stream())
            .sorted()
            .distinct()
            .toArray();
    if (targets.length == 0 && !options.targets().isEmpty()) {
      throw new InvalidInputException(
          "none of the targets "
              + options.targets()
              + " has a token; give words that can stand in the mask's place");
    }
    topK = targets.length == 0 ? options.topK() : Math.min(options.topK(), targets.length);
  }

  /** The entry of the vocabulary, else the first of the tokens that the target is cut into. */
  private OptionalInt tokenOf(String target) {
    Tokenizer tokenizer = model.encoder().tokenizer();
    OptionalInt whole = tokenizer.tokenToId(target);
    if (whole.isPresent()) {
      return whole;
    }
    Encoding pieces = tokenizer.encode(target, EncodingOptions.DEFAULT.withSpecialTokens(false));
    return pieces.length() == 0 ? OptionalInt.empty() : OptionalInt.of(pieces.id(0));
  }

  @Override
  public int tokensPerRun(int usual) {
    return Math.min(usual, model.tokensPerRun());
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() != null) {
      throw new InvalidInputException("masks are filled in one text; this input has two");
    }
    Encoding tokens = model.encoder().encode(input, encoding);
    if (positions(tokens).length == 0) {
      throw new InvalidInputException(
          "the text has no mask"
              + (tokens.truncated() ? " among the tokens that the model takes" : "")
              + "; write "
              + model.maskToken()
              + " where a token is to be filled in");
    }
    return List.of(tokens);
  }

  private int[] positions(Encoding tokens) {
    return IntStream.range(0, tokens.length())
        .filter(position -> tokens.id(position) == model.mask())
        .toArray();
  }

  @Override
  public List<String> outputs() {
    return List.of(LoadedMaskFiller.LOGITS);
  }

  @Override
  public List<Candidates> read(EncoderOutputs outputs, int row, Encoding window) {
    List<Candidates> masks = new ArrayList<>();
    float[] all = outputs.row(LoadedMaskFiller.LOGITS, row); // at the masks only
    int width = outputs.get(LoadedMaskFiller.LOGITS).perToken();
    for (int position : positions(window)) {
      int from = masks.size() * width;
      float[] logits = Arrays.copyOfRange(all, from, from + width);
      masks.add(new Candidates(position, best(Scores.of(ScoreFunction.SOFTMAX, logits))));
    }
    return masks;
  }

  private List<Candidate> best(double[] scores) {
    Comparator<Candidate> worstFirst =
        Comparator.comparingDouble(Candidate::score)
            .thenComparing(Comparator.comparingInt(Candidate::token).reversed());
    PriorityQueue<Candidate> best = new PriorityQueue<>(worstFirst);
    int count = targets.length == 0 ? scores.length : targets.length;
    for (int i = 0; i < count; i++) {
      int token = targets.length == 0 ? i : targets[i];
      if (token >= scores.length || Double.isNaN(scores[token])) {
        throw new ModelUnusableException(
            model.encoder().folder()
                + " gave no number for token "
                + token
                + " of its tokenizer; the graph has "
                + scores.length
                + " tokens, or its weights are broken");
      }
      if (best.size() == topK && scores[token] <= best.element().score()) {
        continue; // tokens ascend, so of equals the earlier is better
      }
      best.add(new Candidate(token, scores[token]));
      if (best.size() > topK) {
        best.remove();
      }
    }
    return best.stream().sorted(worstFirst.reversed()).toList();
  }

  @Override
  public MaskFilling decode(
      TextInput input, List<Encoding> windows, List<List<Candidates>> values) {
    Encoding tokens = windows.get(0);
    List<Candidates> masks = values.get(0);
    List<List<MaskPrediction>> predictions = new ArrayList<>();
    for (Candidates mask : masks) {
      List<MaskPrediction> ofMask = new ArrayList<>();
      for (Candidate each : mask.best()) {
        int[] filled = tokens.ids();
        filled[mask.position()] = each.token();
        ofMask.add(
            new MaskPrediction(
                text(new int[] {each.token()}, false),
                each.token(),
                each.score(),
                text(withoutPadding(filled), masks.size() == 1)));
      }
      predictions.add(ofMask);
    }
    return new MaskFilling(
        predictions, tokens.truncated(), tokens.length(), tokens.untruncatedLength());
  }

  /** As the reference: also where padding was predicted, or is in the text. */
  private int[] withoutPadding(int[] tokens) {
    int padding = model.encoder().tokenizer().padTokenId().orElse(-1);
    return Arrays.stream(tokens).filter(token -> token != padding).toArray();
  }

  /** Spaces are cleaned up unless the tokenizer's configuration says no, as the reference does. */
  private String text(int[] tokens, boolean skipSpecialTokens) {
    Tokenizer tokenizer = model.encoder().tokenizer();
    String decoded = tokenizer.decode(tokens, skipSpecialTokens);
    Boolean cleans = tokenizer.cleansUpTokenizationSpaces();
    return cleans == null || cleans ? Tokenizer.cleanUpTokenizationSpaces(decoded) : decoded;
  }
}
