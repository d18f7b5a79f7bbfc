package io.parlance.task;

import io.parlance.MaskFilling;
import io.parlance.ModelUnusableException;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.TensorDescription;

/** A masked language model in memory. */
final class LoadedMaskFiller implements LoadedEncoderTask<MaskOptions, MaskFilling> {
  static final String LOGITS = "logits";

  /** A run gives a number for each token of the vocabulary at each place; it stays within this. */
  private static final long LARGEST_OUTPUT = 32 << 20;

  private static final int PREDICTION_BYTES = 160; // the record and its two short texts

  private final Encoder encoder;
  private final int mask;
  private final int tokensPerRun;

  private LoadedMaskFiller(Encoder encoder, int mask, int tokensPerRun) {
    this.encoder = encoder;
    this.mask = mask;
    this.tokensPerRun = tokensPerRun;
  }

  static LoadedMaskFiller open(ModelSource source, SessionOptions options) {
    Encoder encoder = Encoder.open(ModelFolder.open(source), options);
    try {
      TensorDescription logits =
          encoder.requireOutput(
              LOGITS, 3, "filling masks", "as FLOAT32[batch, sequence, vocabulary]");
      int mask =
          encoder
              .tokenizer()
              .maskTokenId()
              .orElseThrow(
                  () ->
                      new ModelUnusableException(
                          encoder.folder()
                              + " cannot be used for filling masks: its tokenizer has no mask"
                              + " token; add mask_token to tokenizer_config.json"));
      long width = logits.dimensions().get(2);
      return new LoadedMaskFiller(
          encoder.readingOnly(mask),
          mask,
          tokensPerRun(width > 0 ? width : encoder.tokenizer().vocabularySize()));
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }

  int mask() {
    return mask;
  }

  /** The most tokens of a run that holds more than one text. */
  int tokensPerRun() {
    return tokensPerRun;
  }

  static int tokensPerRun(long vocabulary) {
    long tokens = LARGEST_OUTPUT / Float.BYTES / Math.max(1, vocabulary);
    return (int) Math.max(1, Math.min(LengthBatches.TOKEN_BUDGET, tokens));
  }

  /** The mask as it is written in a text. */
  String maskToken() {
    String token = encoder.tokenizer().idToToken(mask);
    return token == null ? String.valueOf(mask) : token;
  }

  @Override
  public EncoderTask<?, MaskFilling> with(MaskOptions options) {
    return new MaskTask(this, options);
  }

  @Override
  public int weigh(MaskFilling result) {
    int sum = PREDICTION_BYTES;
    for (var mask : result.masks()) {
      for (var prediction : mask) {
        sum += PREDICTION_BYTES + Character.BYTES * prediction.sequence().length();
      }
    }
    return sum;
  }
}
