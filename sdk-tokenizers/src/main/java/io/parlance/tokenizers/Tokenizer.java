package io.parlance.tokenizers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts into token ids and back, with the results of the Hugging Face tokenizers library,
 * which it runs in native code.
 *
 * <p>A tokenizer is configured when it is loaded and never changes; any number of threads may use
 * it. Padding and truncation that are baked into {@code tokenizer.json} are not applied: callers
 * choose them with {@link EncodingOptions} and {@link PaddedBatch}. Lone surrogates, which no
 * Unicode text contains, count as U+FFFD.
 *
 * <p>Closing frees the native memory; it waits for calls in flight and may be repeated. Any later
 * call throws {@link IllegalStateException}.
 */
public final class Tokenizer implements AutoCloseable {
  private static final String DEFINITION_FILE = "tokenizer.json";
  private static final String CONFIG_FILE = "tokenizer_config.json";
  private static final String MAP_FILE = "special_tokens_map.json";

  private final NativeTokenizer nativeTokenizer;
  private final TokenizerDefinition definition;
  private final TokenizerSettings settings;

  private Tokenizer(
      NativeTokenizer nativeTokenizer, TokenizerDefinition definition, TokenizerSettings settings) {
    this.nativeTokenizer = nativeTokenizer;
    this.definition = definition;
    this.settings = settings;
  }

  /**
   * Loads a model folder or a {@code tokenizer.json}; {@code tokenizer_config.json} and {@code
   * special_tokens_map.json} beside it are read where present.
   *
   * @throws TokenizerException if a file is missing, unreadable or not a tokenizer; the message
   *     names it
   */
  public static Tokenizer load(Path folderOrFile) {
    Objects.requireNonNull(folderOrFile, "the path of the tokenizer is null");
    boolean folder = Files.isDirectory(folderOrFile);
    Path file = folder ? folderOrFile.resolve(DEFINITION_FILE) : folderOrFile;
    if (!Files.isRegularFile(file)) {
      throw new TokenizerException(
          folder
              ? "folder "
                  + folderOrFile
                  + " has no tokenizer.json; save the model with a fast tokenizer"
              : file + " does not exist; expected a tokenizer.json or a folder that has one");
    }
    Path config = file.resolveSibling(CONFIG_FILE);
    Path map = file.resolveSibling(MAP_FILE);
    return create(
        file.toString(),
        Objects.requireNonNull(read(file)),
        config.toString(),
        read(config),
        map.toString(),
        read(map));
  }

  /**
   * Loads a tokenizer from the contents of its files, for sources that are not folders. The streams
   * are read to their end and not closed.
   *
   * @param name what to call it in messages
   * @param tokenizerJson contents of {@code tokenizer.json}
   * @param tokenizerConfig contents of {@code tokenizer_config.json}, or null
   * @param specialTokensMap contents of {@code special_tokens_map.json}, or null
   * @throws TokenizerException if the contents are not a tokenizer
   */
  public static Tokenizer load(
      String name,
      InputStream tokenizerJson,
      @Nullable InputStream tokenizerConfig,
      @Nullable InputStream specialTokensMap) {
    Objects.requireNonNull(tokenizerJson, "the contents of tokenizer.json are null");
    return create(
        name,
        Objects.requireNonNull(read(name, tokenizerJson)),
        name + " (" + CONFIG_FILE + ")",
        read(name, tokenizerConfig),
        name + " (" + MAP_FILE + ")",
        read(name, specialTokensMap));
  }

  private static Tokenizer create(
      String name,
      String json,
      String configName,
      @Nullable String config,
      String mapName,
      @Nullable String map) {
    TokenizerDefinition definition = TokenizerDefinition.parse(name, json);
    TokenizerSettings settings =
        TokenizerSettings.of(
            TokenizerSettings.parse(configName, config),
            configName,
            TokenizerSettings.parse(mapName, map),
            definition);
    return new Tokenizer(NativeTokenizer.create(name, json), definition, settings);
  }

  private static @Nullable String read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TokenizerException(file + " cannot be read: " + e, e);
    }
  }

  private static @Nullable String read(String name, @Nullable InputStream stream) {
    try {
      return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException | UncheckedIOException e) {
      throw new TokenizerException(name + " cannot be read: " + e, e);
    }
  }

  /** Encodes a text with special tokens and without truncation. */
  public Encoding encode(String text) {
    return encode(text, EncodingOptions.DEFAULT);
  }

  /**
   * Encodes a text.
   *
   * @throws IllegalArgumentException if the text is null, or if the options' length cannot be
   *     reached: it leaves no room beside the special tokens, the strategy may not cut enough, or
   *     the stride is not smaller than a window
   */
  public Encoding encode(String text, EncodingOptions options) {
    return encodeWellFormed(wellFormed(text, "text"), null, options);
  }

  /** Encodes a pair of texts with special tokens and without truncation. */
  public Encoding encode(String text, String pair) {
    return encode(text, pair, EncodingOptions.DEFAULT);
  }

  /**
   * Encodes a pair of texts.
   *
   * @throws IllegalArgumentException as {@link #encode(String, EncodingOptions)}
   */
  public Encoding encode(String text, String pair, EncodingOptions options) {
    return encodeWellFormed(
        wellFormed(text, "first text"), wellFormed(pair, "second text"), options);
  }

  /** Encodes texts, in their order, each by itself. */
  public List<Encoding> encodeAll(List<String> texts, EncodingOptions options) {
    List<Encoding> encodings = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      encodings.add(encodeWellFormed(wellFormed(texts.get(i), "text " + i), null, options));
    }
    return encodings;
  }

  /** Encodes texts, in their order, with special tokens and without truncation. */
  public List<Encoding> encodeAll(List<String> texts) {
    return encodeAll(texts, EncodingOptions.DEFAULT);
  }

  /** Encodes pairs of texts, in their order, each by itself. */
  public List<Encoding> encodePairs(List<TextPair> pairs, EncodingOptions options) {
    List<Encoding> encodings = new ArrayList<>(pairs.size());
    for (int i = 0; i < pairs.size(); i++) {
      TextPair pair = Objects.requireNonNull(pairs.get(i), "pair " + i + " is null");
      encodings.add(encode(pair.first(), pair.second(), options));
    }
    return encodings;
  }

  private Encoding encodeWellFormed(String text, @Nullable String pair, EncodingOptions options) {
    TokenColumns whole = nativeTokenizer.encode(text, pair, options.addSpecialTokens());
    Side side =
        options.truncationSide() == null ? settings.truncationSide() : options.truncationSide();
    return new Windows(whole, options, side, definition.trimsAddedPrefixSpace())
        .truncate(pair != null);
  }

  private static String wellFormed(@Nullable String text, String what) {
    if (text == null) {
      throw new IllegalArgumentException(what + " is null; pass an empty string for no text");
    }
    return NativeText.wellFormed(text);
  }

  /**
   * The text that token ids stand for. Ids outside of the vocabulary stand for nothing.
   *
   * @param skipSpecialTokens whether special tokens are left out
   */
  public String decode(long[] ids, boolean skipSpecialTokens) {
    Objects.requireNonNull(ids, "the token ids are null");
    for (long id : ids) {
      if (id < 0 || id > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "token id " + id + " is not between 0 and " + (vocabularySize() - 1));
      }
    }
    return nativeTokenizer.decode(ids, skipSpecialTokens);
  }

  /** As {@link #decode(long[], boolean)}. */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    Objects.requireNonNull(ids, "the token ids are null");
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return decode(wide, skipSpecialTokens);
  }

  /**
   * The text that tokens stand for, by the tokenizer's decoder; they need not be in the vocabulary.
   *
   * @param tokens as the vocabulary spells them
   */
  public String decodeTokens(List<String> tokens) {
    return definition.decoder().decode(tokens);
  }

  /**
   * What each token adds to a text, in bytes; computed for the whole vocabulary.
   *
   * @throws TokenizerException if the text of a token depends on the tokens after it
   */
  public TokenBytes tokenBytes() {
    return TokenBytes.of(definition);
  }

  /**
   * Whether tokens that continue a word begin with a mark of their own, such as {@code ##} of
   * WordPiece.
   */
  public boolean marksContinuations() {
    String prefix = definition.continuationPrefix();
    return prefix != null && !prefix.isEmpty();
  }

  /**
   * Decoded text without the spaces that word-by-word decoding leaves before punctuation and
   * English contractions: {@code clean_up_tokenization} of transformers. Whether a model wants it
   * is {@link #cleansUpTokenizationSpaces()}.
   */
  public static String cleanUpTokenizationSpaces(String decoded) {
    return decoded
        .replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  /** The id of a token as the vocabulary spells it; empty where it has none. */
  public OptionalInt tokenToId(String token) {
    Integer id = definition.vocabulary().id(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token with this id as the vocabulary spells it; null where there is none. */
  public @Nullable String idToToken(int id) {
    return definition.vocabulary().token(id);
  }

  /** One more than the highest token id, added tokens included. */
  public int vocabularySize() {
    return definition.vocabulary().size();
  }

  /** The tokens with a named part. */
  public SpecialTokens specialTokens() {
    return settings.specialTokens();
  }

  /** Id of the padding token, if there is one. */
  public OptionalInt padTokenId() {
    return id(specialTokens().padding());
  }

  /** Id of the token for unknown text, if there is one. */
  public OptionalInt unknownTokenId() {
    return id(specialTokens().unknown());
  }

  /** Id of the mask token, if there is one. */
  public OptionalInt maskTokenId() {
    return id(specialTokens().mask());
  }

  /** Id of the token that opens an encoder's input, if there is one. */
  public OptionalInt classificationTokenId() {
    return id(specialTokens().classification());
  }

  /** Id of the token that parts or ends sequences, if there is one. */
  public OptionalInt separatorTokenId() {
    return id(specialTokens().separator());
  }

  /** Id of the token that opens a generative model's input, if there is one. */
  public OptionalInt beginningTokenId() {
    return id(specialTokens().beginning());
  }

  /** Id of the token that closes a generative model's output, if there is one. */
  public OptionalInt endTokenId() {
    return id(specialTokens().end());
  }

  private OptionalInt id(@Nullable String token) {
    return token == null ? OptionalInt.empty() : tokenToId(token);
  }

  /**
   * {@code model_max_length}: the longest input of the model in tokens; empty where it is not
   * limited or not given.
   */
  public OptionalInt modelMaxLength() {
    return settings.modelMaxLength();
  }

  /** {@code clean_up_tokenization_spaces} of the configuration; null where it does not say. */
  public @Nullable Boolean cleansUpTokenizationSpaces() {
    return settings.cleansUpSpaces();
  }

  /**
   * Pads to the longest sequence at the tokenizer's {@code padding_side}; with id 0 where there is
   * no padding token, which makes no difference to a model that looks at the attention mask.
   */
  public Padding padding() {
    return new Padding(
        padTokenId().orElse(0), settings.padTokenTypeId(), settings.paddingSide(), 0, 1);
  }

  /** Number of tokenizers in this process that are open; for tests of leaks. */
  public static long liveNativeHandles() {
    return NativeTokenizer.live();
  }

  @Override
  public void close() {
    nativeTokenizer.close();
  }
}
