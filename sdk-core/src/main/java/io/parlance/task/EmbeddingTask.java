package io.parlance.task;

import io.parlance.Embedding;
import io.parlance.InvalidInputException;
import io.parlance.ModelUnusableException;
import io.parlance.Pooling;
import io.parlance.TextInput;
import io.parlance.model.DenseLayer;
import io.parlance.model.SentenceTransformer;
import io.parlance.tokenizers.Encoding;
import io.parlance.tokenizers.EncodingOptions;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
    String tokens = model.poolsInside() ? null : model.tokenOutput();
    pooled = whole != null && (pooling == null || tokens == null);
    if (pooled && pooling != null) {
      throw new InvalidInputException(
          model.encoder().folder()
              + " gives whole vectors as '"
              + whole
              + "'; its pooling cannot be chosen");
    }
    output = Objects.requireNonNull(pooled ? whole : tokens);
    Boolean chosen = options.normalize();
    normalize = chosen == null ? settings.normalize() : chosen;
    encoding = encoding(model, options.truncation());
    prompt = prompt(settings, options);
    promptTokens =
        prompt.isEmpty() || settings.includePrompt() ? 0 : leadingTokens(model.encoder(), prompt);
  }

  /** Texts of sentence-transformers are cut at its own length, whatever the strategy. */
  private static EncodingOptions encoding(LoadedEmbedder model, TruncationOptions truncation) {
    Encoder encoder = model.encoder();
    if (!model.hasModules() || truncation.maxLength() != TruncationOptions.MODEL_LENGTH) {
      return truncation.encoding(encoder);
    }
    int length = model.settings().maximumLength().orElse(encoder.tokenizerLength());
    int positions = encoder.positions().orElse(Integer.MAX_VALUE);
    return truncation.withMaxLength(Math.min(length, positions)).encoding(encoder);
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
  private int leadingTokens(Encoder encoder, String prompt) {
    Encoding alone = encoder.encode(prepared(prompt), EncodingOptions.DEFAULT);
    int last = alone.length() - 1;
    return alone.specialTokensMask()[last] == 1 ? last : alone.length();
  }

  @Override
  public List<Encoding> encode(TextInput input) {
    if (input.pair() != null) {
      throw new InvalidInputException("one text has one vector; this input has two texts");
    }
    return List.of(model.encoder().encode(prepared(prompt + input.text()), encoding));
  }

  /** What the reference does to a text before it reaches the tokenizer. */
  private TextInput prepared(String text) {
    if (!model.hasModules()) {
      return TextInput.of(text);
    }
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    String stripped = text.substring(start, end);
    return TextInput.of(
        model.settings().lowerCase() ? stripped.toLowerCase(Locale.ROOT) : stripped);
  }

  /** What Python takes for a space; Java has no one method for it. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
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
    for (DenseLayer layer : model.denseLayers()) {
      vector = layer.apply(vector);
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
