package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.models.ngram.NgramLanguageModel;
import io.parlance.models.ngram.NgramScore;
import io.parlance.models.ngram.NgramTrainer;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts for n-gram models: lines of words between white space, or, with a tokenizer, each text as
 * its tokens, so that perplexities compare with those of other language models over the same.
 */
final class NgramCorpus implements AutoCloseable {

  private static final String TOKENIZER = "tokenizer.json";

  private final @Nullable Tokenizer tokenizer;

  private NgramCorpus(@Nullable Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Of the tokenizer's tokens, or of words where there is none. */
  static NgramCorpus of(@Nullable Path tokenizerFolder) {
    return new NgramCorpus(tokenizerFolder == null ? null : Tokenizer.load(tokenizerFolder));
  }

  /** As the model in a folder was trained; of words for a file. */
  static NgramCorpus ofModel(Path folderOrFile) {
    Path file = folderOrFile.resolve(TOKENIZER);
    return of(Files.isRegularFile(file) ? file : null);
  }

  private List<String> tokens(Tokenizer tokenizer, String text) {
    return tokenizer
        .encode(text, EncodingOptions.DEFAULT.withSpecialTokens(false))
        .tokens()
        .stream()
        .map(token -> token.replaceAll("\\s", "▁")) // a word of an n-gram has no white space
        .toList();
  }

  /** Counts the texts of a file; returns how many. */
  long count(Path file, NgramTrainer trainer) {
    return forEach(
        file,
        text -> {
          if (tokenizer == null) {
            trainer.add(text);
          } else {
            trainer.add(tokens(tokenizer, text));
          }
        });
  }

  /** Scores the texts of a file together. */
  JsonObject score(Path file, NgramLanguageModel model) {
    NgramScore[] sum = {NgramScore.NOTHING};
    TextLikelihood likelihood = new TextLikelihood();
    forEach(
        file,
        text -> {
          NgramScore each =
              tokenizer == null ? model.score(text) : model.score(tokens(tokenizer, text));
          sum[0] = sum[0].plus(each);
          likelihood.add(text, each.tokens() - each.sentences(), each.wordLogProbability());
        });
    NgramScore score = sum[0];
    if (score.tokens() == 0) {
      throw new RefusedException(file + " holds no text");
    }
    JsonObject metrics = new JsonObject();
    metrics.addProperty("sentences", score.sentences());
    metrics.addProperty("tokens", score.tokens());
    metrics.addProperty("unknown_tokens", score.unknownTokens());
    metrics.add("log_probability", Json.number(score.logProbability()));
    metrics.add("perplexity", Json.number(score.perplexity()));
    metrics.add("perplexity_without_unknown", Json.number(score.knownPerplexity()));
    likelihood.writeUnits(metrics);
    return metrics;
  }

  /** Does something with a text. */
  private interface Use {
    void accept(String text);
  }

  private static long forEach(Path file, Use use) {
    long count = 0;
    try (TextFiles texts = new TextFiles(List.of(file), "text")) {
      for (; texts.hasNext(); count++) {
        use.accept(texts.next());
      }
    } catch (IOException e) {
      throw new RefusedException("cannot read " + file + ": " + Failure.reason(e), e);
    }
    return count;
  }

  /** Puts the tokenizer, if there is one, beside the model. */
  void save(@Nullable Path tokenizerFolder, Path output) throws IOException {
    Path kept = output.resolve(TOKENIZER);
    if (tokenizerFolder == null) {
      Files.deleteIfExists(kept);
      return;
    }
    Path from =
        Files.isDirectory(tokenizerFolder) ? tokenizerFolder.resolve(TOKENIZER) : tokenizerFolder;
    Files.copy(from, kept, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
