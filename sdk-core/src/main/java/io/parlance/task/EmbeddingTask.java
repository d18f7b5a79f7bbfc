package io.parlance.task;

import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.TextInput;
import io.parlance.model.SentenceTransformer;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Truncation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One vector for a text. */
final class EmbeddingTask implements EncoderTask<float[], Embedding> {
  private final LoadedEmbedder model;
  private final EncodingOptions encoding;
  private final List<Pooling> poolings;
  private final boolean normalize;
  private final String output;
  private final boolean pooled;
  private final String prompt;
  private final int promptTokens;

  EmbeddingTask(LoadedEmbedder model, EmbeddingOptions options) {
    this.model = model;
    SentenceTransformer settings = model.settings();
    Pooling pooling = options.pooling();
    poolings = pooling == null ? settings.poolings() : List.of(pooling);
    String whole = model.wholeOutput();
    String tokens = model.tokenOutput();
    pooled = whole != null && (pooling == null || tokens == null);
    if (pooled && pooling != null || poolings.isEmpty() && !pooled) {
      throw new InvalidInputException(
          model.encoder().folder()
              + " gives one vector a text and none a token; its pooling cannot be chosen");
    }
    output = pooled && whole != null ? whole : java.util.Objects.requireNonNull(tokens);
    Boolean chosen = options.normalize();
    normalize = chosen == null ? settings.normalize() : chosen;
    encoding = encoding(model.encoder(), settings, options.truncation());
    prompt = prompt(settings, options);
    promptTokens =
        prompt.isEmpty() || settings.includePrompt() ? 0 : leadingTokens(model.encoder(), prompt);
  }

  private static EncodingOptions encoding(
      Encoder encoder, SentenceTransformer settings, TruncationOptions truncation) {
    boolean asked =
        truncation.strategy() != null || truncation.maxLength() != TruncationOptions.MODEL_LENGTH;
    if (asked || settings.maximumLength().isEmpty()) {
      return truncation.encoding(encoder);
    }
    int length =
        Math.min(
            settings.maximumLength().getAsInt(), encoder.positions().orElse(Integer.MAX_VALUE));
    return EncodingOptions.DEFAULT.withTruncation(Truncation.LONGEST_FIRST, length);
  }

  private static String prompt(SentenceTransformer settings, EmbeddingOptions options) {
    String own = options.prompt();
    if (own != null) {
      return own;
    }
    @Nullable String name = options.promptName();
    if (name == null) {
      name = settings.defaultPrompt().orElse(null);
    }
    if (name == null) {
      return "";
    }
    String text = settings.prompts().get(name);
    if (text == null) {
      throw new InvalidInputException(
          "the model has no prompt '" + name + "'; it has " + settings.prompts().keySet());
    }
    return text;
  }

  /** Tokens of a prompt before the text begins: without the special token at its end. */
  private static int leadingTokens(Encoder encoder, String prompt) {
    Encoding alone = encoder.encode(TextInput.of(prompt), EncodingOptions.DEFAULT);
    int last = alone.length() - 1;
    return alone.specialTokensMask()[last] == 1 ? last : alone.length();
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() != null) {
      throw new InvalidInputException("one text has one vector; this input has two texts");
    }
    TextInput prompted = prompt.isEmpty() ? input : TextInput.of(prompt + input.text());
    return List.of(model.encoder().encode(prompted, encoding));
  }

  @Override
  public List<String> outputs() {
    return List.of(output);
  }

  @Override
  public float[] read(EncoderOutputs outputs, int row, Encoding window) {
    if (pooled) {
      return outputs.row(output, row);
    }
    int tokens = window.length();
    float[] values = outputs.tokens(output, row, tokens);
    int width = values.length / tokens;
    int from = Math.min(promptTokens, tokens - 1);
    float[] vector = new float[width * poolings.size()];
    for (int i = 0; i < poolings.size(); i++) {
      float[] part = TokenPooling.pool(poolings.get(i), values, width, from);
      System.arraycopy(part, 0, vector, i * width, width);
    }
    return vector;
  }

  @Override
  public Embedding decode(TextInput input, List<Encoding> windows, List<float[]> values) {
    float[] vector = values.get(0);
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new ModelUnusableException(
            model.encoder().folder()
                + " gave "
                + value
                + " in a vector; its weights are broken, or overflow in a half precision variant");
      }
    }
    Encoding encoding = windows.get(0);
    return new Embedding(
        normalize ? TokenPooling.normalize(vector) : vector,
        encoding.truncated(),
        encoding.length(),
        encoding.untruncatedLength());
  }
}
