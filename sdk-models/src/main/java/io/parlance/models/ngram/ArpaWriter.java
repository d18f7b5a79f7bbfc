package io.parlance.models.ngram;

import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes ARPA files as SRILM and KenLM read them. */
final class ArpaWriter {

  /** What stands for the logarithm of 0. */
  static final double LOG_ZERO = -99;

  private ArpaWriter() {}

  static void write(NgramLanguageModel model, Path file) {
    BackoffModel.Tables tables = tables(model);
    try {
      AtomicFile.write(file, channel -> write(tables, channel));
    } catch (IOException e) {
      throw new NlpException("cannot write " + file + ": " + e, e);
    }
  }

  private static BackoffModel.Tables tables(NgramLanguageModel model) {
    if (model instanceof BackoffModel backoff) {
      return backoff.tables();
    }
    throw new InvalidInputException(
        "only back-off models fit into an ARPA file, not "
            + model.smoothing().map(Object::toString).orElse("this one")
            + "; train with Kneser-Ney smoothing, or save the counts");
  }

  private static void write(BackoffModel.Tables tables, WritableByteChannel channel)
      throws IOException {
    NgramTrie trie = tables.trie();
    Writer out =
        new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), -1));
    out.write("\\data\\\n");
    for (int length = 1; length <= trie.order(); length++) {
      int listed = 0;
      for (int ngram = 0; ngram < trie.size(length); ngram++) {
        listed += isWritten(tables, length, ngram) ? 1 : 0;
      }
      out.write("ngram " + length + "=" + listed + "\n");
    }
    for (int length = 1; length <= trie.order(); length++) {
      out.write("\n\\" + length + "-grams:\n");
      for (int ngram = 0; ngram < trie.size(length); ngram++) {
        if (isWritten(tables, length, ngram)) {
          write(tables, length, ngram, out);
        }
      }
    }
    out.write("\n\\end\\\n");
    out.flush();
  }

  /** The start of a sentence has no probability, but a weight. */
  private static boolean isWritten(BackoffModel.Tables tables, int length, int ngram) {
    return tables.isListed(length, ngram) || (length == 1 && ngram == Vocabulary.START);
  }

  private static void write(BackoffModel.Tables tables, int length, int ngram, Writer out)
      throws IOException {
    out.write(number(tables.logProbability(length, ngram)));
    out.write('\t');
    out.write(tables.trie().text(length, ngram));
    if (length < tables.trie().order()) {
      out.write('\t');
      out.write(number(tables.logWeight(length, ngram)));
    }
    out.write('\n');
  }

  private static String number(double logarithm) {
    return !(logarithm > LOG_ZERO)
        ? Long.toString((long) LOG_ZERO)
        : logarithm == 0 ? "0" : Double.toString(logarithm);
  }
}
