package io.parlance.models.export;

import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.TokenizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a tokenizer, as they go into a model folder.
 *
 * @param files contents by name
 */
record TokenizerFiles(Map<String, byte[]> files) {

  static final String DEFINITION = "tokenizer.json";

  /** What tokenizers of all kinds keep; only the definition is always there. */
  static final List<String> NAMES =
      List.of(
          DEFINITION,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.txt",
          "vocab.json",
          "merges.txt",
          "spiece.model",
          "sentencepiece.bpe.model",
          "source.spm",
          "target.spm",
          "tokenizer.model",
          "chat_template.jinja");

  /** The tokenizer in a folder. */
  static TokenizerFiles in(Path folder) {
    if (!Files.isRegularFile(folder.resolve(DEFINITION))) {
      throw new ModelNotFoundException(
          "there is no "
              + folder.resolve(DEFINITION).toAbsolutePath()
              + "; name the folder that holds the tokenizer");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    try {
      for (String name : NAMES) {
        if (Files.isRegularFile(folder.resolve(name))) {
          files.put(name, Files.readAllBytes(folder.resolve(name)));
        }
      }
    } catch (IOException e) {
      throw new NlpException("tokenizer " + folder + " cannot be read: " + e, e);
    }
    return new TokenizerFiles(files);
  }

  void write(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      AtomicFile.write(
          folder.resolve(file.getKey()),
          channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(file.getValue())));
    }
  }

  /**
   * Refuses a tokenizer that gives ids for which the model has no embedding.
   *
   * @param folder where it has been written
   */
  static void requireFit(Path folder, long embeddings) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      if (tokenizer.vocabularySize() > embeddings) {
        throw new InvalidInputException(
            "the tokenizer has "
                + tokenizer.vocabularySize()
                + " tokens, the model only "
                + embeddings
                + " (vocab_size); export the tokenizer that the model was trained with");
      }
    } catch (TokenizerException e) {
      throw new InvalidInputException("the tokenizer cannot be loaded: " + e.getMessage(), e);
    }
  }
}
