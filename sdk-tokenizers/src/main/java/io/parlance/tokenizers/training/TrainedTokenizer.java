package io.parlance.tokenizers.training;

import com.google.gson.JsonObject;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.TokenizerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a trainer made: the files of a tokenizer, as the Hugging Face library reads them. */
public final class TrainedTokenizer {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";

  private final List<String> tokens;
  private final Map<String, String> files = new LinkedHashMap<>();

  TrainedTokenizer(
      JsonObject tokenizer,
      JsonObject config,
      JsonObject specialTokens,
      List<String> tokens,
      Map<String, String> others) {
    this.tokens = List.copyOf(tokens);
    files.put(TOKENIZER, Json.write(tokenizer));
    files.put(CONFIG, Json.write(config));
    files.put(SPECIAL_TOKENS, Json.write(specialTokens));
    files.putAll(others);
  }

  /** Number of tokens; less than asked for where the texts do not give more. */
  public int vocabularySize() {
    return tokens.size();
  }

  /** The tokens in the order of their ids. */
  public List<String> tokens() {
    return tokens;
  }

  /** Contents of the files by name. */
  public Map<String, String> files() {
    return Collections.unmodifiableMap(files);
  }

  /** Opens the tokenizer without writing it anywhere; the caller closes it. */
  public Tokenizer open() {
    return Tokenizer.load(
        "trained tokenizer", stream(TOKENIZER), stream(CONFIG), stream(SPECIAL_TOKENS));
  }

  private InputStream stream(String name) {
    return new ByteArrayInputStream(
        files.getOrDefault(name, "{}").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes the files into a folder, which is created where it does not exist. Each file appears
   * complete or not at all.
   *
   * @throws TokenizerException if the folder cannot be written
   */
  public void save(Path folder) {
    Path current = folder;
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, String> file : files.entrySet()) {
        current = folder.resolve(file.getKey());
        Path part = folder.resolve(file.getKey() + ".part");
        try {
          Files.writeString(part, file.getValue());
          Files.move(part, current, StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(part);
        }
      }
    } catch (IOException e) {
      throw new TokenizerException(current + " cannot be written: " + e, e);
    }
  }
}
