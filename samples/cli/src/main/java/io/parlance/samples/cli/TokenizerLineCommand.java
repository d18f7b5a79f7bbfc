package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import io.parlance.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** A command that answers lines with a tokenizer alone. */
abstract class TokenizerLineCommand extends LineCommand {

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "A model folder or a tokenizer.json.")
  private Path model;

  /** Answers lines that share their options, in their order. */
  abstract List<JsonObject> answer(Tokenizer tokenizer, List<Line> lines, JsonObject options);

  @Override
  final LineTask open() {
    Tokenizer tokenizer = Tokenizer.load(model);
    return new LineTask() {
      @Override
      public List<JsonObject> answer(List<Line> lines, JsonObject options) {
        return TokenizerLineCommand.this.answer(tokenizer, lines, options);
      }

      @Override
      public void close() {
        tokenizer.close();
      }
    };
  }
}
