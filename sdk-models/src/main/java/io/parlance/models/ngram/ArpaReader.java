package io.parlance.models.ngram;

import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import java.util.zip.GZIPInputStream;

/**
 * Reads ARPA files of SRILM, KenLM and others: text before {@code \data\} is passed over, tabs and
 * spaces part columns, weights may be missing, so may histories that a pruned model dropped.
 */
final class ArpaReader {

  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final BufferedReader in;
  private long lineNumber;

  private ArpaReader(Path file, BufferedReader in) {
    this.file = file;
    this.in = in;
  }

  static BackoffModel read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelNotFoundException("there is no file " + file.toAbsolutePath());
    }
    try (InputStream bytes = open(file);
        BufferedReader text =
            new BufferedReader(
                new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), BUFFER)) {
      return new ArpaReader(file, text).model();
    } catch (CharacterCodingException e) {
      throw new ModelUnusableException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new ModelUnusableException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new GZIPInputStream(in, BUFFER) : in;
  }

  private BackoffModel model() throws IOException {
    String line = line();
    while (!line.equals("\\data\\")) {
      line = line();
    }
    List<Long> sizes = new ArrayList<>();
    for (line = line(); line.startsWith("ngram "); line = line()) {
      sizes.add(size(line, sizes.size() + 1));
    }
    if (sizes.isEmpty()) {
      throw unusable("expected 'ngram 1=NUMBER' after \\data\\, found '" + line + "'");
    }
    NgramTrie trie = new NgramTrie(new Vocabulary(), sizes.size());
    BackoffModel.Tables tables = new BackoffModel.Tables(trie);
    for (int length = 1; length <= sizes.size(); length++) {
      expect(line, "\\" + length + "-grams:");
      for (long i = 0; i < sizes.get(length - 1); i++) {
        ngram(line(), length, tables);
      }
      line = line();
    }
    expect(line, "\\end\\");
    return new BackoffModel(tables, null);
  }

  /** The next line that is not empty. */
  private String line() throws IOException {
    while (true) {
      String line = in.readLine();
      lineNumber++;
      if (line == null) {
        throw unusable(
            "the file ends without \\data\\ and \\end\\; it is no ARPA file, or cut off");
      }
      line = line.strip();
      if (!line.isEmpty()) {
        return line;
      }
    }
  }

  private long size(String line, int length) {
    String[] parts = line.substring("ngram ".length()).split("=", -1);
    try {
      if (parts.length == 2 && Integer.parseInt(parts[0].strip()) == length) {
        long size = Long.parseLong(parts[1].strip());
        if (size >= 0) {
          return size;
        }
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw unusable("expected 'ngram " + length + "=NUMBER', found '" + line + "'");
  }

  private void expect(String line, String expected) {
    if (!line.equals(expected)) {
      throw unusable(
          "expected '"
              + expected
              + "', found '"
              + line
              + "'; the numbers after \\data\\ must be those of the n-grams that follow");
    }
  }

  private void ngram(String line, int length, BackoffModel.Tables tables) {
    StringTokenizer columns = new StringTokenizer(line, " \t");
    int count = columns.countTokens();
    if (line.startsWith("\\") && count == 1 || count < length + 1 || count > length + 2) {
      throw unusable(
          "expected a probability, "
              + length
              + (length == 1 ? " word" : " words")
              + " and perhaps a weight, found '"
              + line
              + "'");
    }
    double probability = logarithm(columns.nextToken(), true);
    NgramTrie trie = tables.trie();
    int ngram = 0;
    for (int i = 1; i <= length; i++) {
      String word = columns.nextToken();
      if (length > 1 && !trie.vocabulary().contains(word)) {
        throw unusable("the word '" + word + "' is not among the 1-grams");
      }
      // a history that was dropped gets its number here, and stays unlisted
      ngram = trie.add(i, ngram, trie.vocabulary().add(word));
    }
    if (tables.isListed(length, ngram)) {
      throw unusable("'" + trie.text(length, ngram) + "' is there twice");
    }
    boolean start = length == 1 && ngram == Vocabulary.START;
    tables.list(length, ngram, start ? Double.NEGATIVE_INFINITY : probability);
    if (columns.hasMoreTokens()) {
      tables.backOff(length, ngram, logarithm(columns.nextToken(), false));
    }
  }

  private double logarithm(String text, boolean ofProbability) {
    try {
      double value = text.equals("-inf") ? Double.NEGATIVE_INFINITY : Double.parseDouble(text);
      if (value <= ArpaWriter.LOG_ZERO) {
        return Double.NEGATIVE_INFINITY;
      }
      if (value <= 0 || !ofProbability && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw unusable(
        ofProbability
            ? "the logarithm of a probability is a number of at most 0, found '" + text + "'"
            : "the logarithm of a weight is a number, found '" + text + "'");
  }

  private ModelUnusableException unusable(String what) {
    return new ModelUnusableException(file + ", line " + lineNumber + ": " + what);
  }
}
