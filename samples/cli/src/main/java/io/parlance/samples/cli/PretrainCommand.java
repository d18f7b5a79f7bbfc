package io.parlance.samples.cli;

import io.parlance.models.architecture.EncoderConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.PretrainedModel;
import io.parlance.models.training.TrainingData;
import io.parlance.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pretrains an encoder on plain texts. */
@Command(
    name = "pretrain",
    defaultValueProvider = Recipe.Defaults.class,
    description = {
      "Pretrains an encoder on plain texts.",
      "The objective is masked language modelling. The exported folder is where 'train "
          + "--init' goes on."
    })
final class PretrainCommand extends TrainingCommand {

  @Option(
      names = "--train",
      required = true,
      paramLabel = "FILE",
      arity = "1..*",
      description = "Text files, one text a line, or JSON Lines; plain or gzip.")
  private List<Path> train;

  @Option(
      names = "--dev",
      paramLabel = "FILE",
      arity = "1..*",
      description = "What the loss is measured on after each epoch; the best parameters are kept.")
  private List<Path> development = List.of();

  @Option(
      names = "--field",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "What holds the text in JSON Lines (default: ${DEFAULT-VALUE}).")
  private String field;

  @Option(names = "--whole-words", description = "Mask whole words instead of pieces of words.")
  private boolean wholeWords;

  @Override
  Iterator<String> texts() {
    return texts(train).iterator();
  }

  private List<String> texts(List<Path> files) {
    List<String> texts = new ArrayList<>();
    try (TextFiles each = new TextFiles(files, field)) {
      each.forEachRemaining(texts::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  @Override
  PretrainedModel model(EncoderConfig<?> config) {
    return config.model(Head.MASKED_LM);
  }

  @Override
  TrainingData trainingData(Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    return MaskedTexts.data(texts(train), tokenizer, maximumLength, wholeWords);
  }

  @Override
  @Nullable TrainingData developmentData(
      Tokenizer tokenizer, PretrainedModel model, int maximumLength) {
    return development.isEmpty()
        ? null
        : MaskedTexts.data(texts(development), tokenizer, maximumLength, wholeWords);
  }
}
