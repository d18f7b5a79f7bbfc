package io.parlance.task;

import io.parlance.GeneratedText;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.generation.GeneratedTokens;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerationRequest;
import io.parlance.generation.GenerationRun;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.StopCondition;
import io.parlance.generation.StopStrings;
import io.parlance.generation.constraint.ConstrainedText;
import io.parlance.model.ModelSource;
import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.EncodingOptions;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.chat.ChatMessage;
import io.parlance.tokenizers.chat.ChatOptions;
import io.parlance.tokenizers.chat.ChatTemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of a generator: from texts to requests, and from tokens to texts. */
final class GenerationCall {
  private final GenerativeModel model;
  private final @Nullable GenerativeModel assistant;
  private final GenerationView view;
  private final CallMeter meter;
  private final @Nullable StopStrings stops;

  /** Without an assistant. */
  GenerationCall(GenerativeModel model, GenerationView view, CallMeter meter) {
    this(model, null, view, meter);
  }

  /** For a call that the model has let in, with the assistant of the view if there is one. */
  static GenerationCall of(GeneratorModel shared, GenerationView view, CallMeter meter) {
    ModelSource from = view.assistant();
    return new GenerationCall(
        shared.get(), from == null ? null : shared.assistant(from), view, meter);
  }

  private GenerationCall(
      GenerativeModel model,
      @Nullable GenerativeModel assistant,
      GenerationView view,
      CallMeter meter) {
    this.model = model;
    this.assistant = assistant;
    this.view = view;
    this.meter = meter;
    List<String> strings =
        view.options().over(model.options()).get(GenerationOption.STOP_STRINGS, List.of());
    stops = strings.isEmpty() ? null : new StopStrings(tokenizer("stop_strings"), strings);
  }

  private Tokenizer tokenizer(String what) {
    Tokenizer tokenizer = model.tokenizer();
    if (tokenizer == null) {
      throw new InvalidInputException(
          what
              + " need a tokenizer, and "
              + model.name()
              + " has no tokenizer.json; pass token ids");
    }
    return tokenizer;
  }

  GenerativeModel model() {
    return model;
  }

  CallMeter meter() {
    return meter;
  }

  @Nullable StopStrings stops() {
    return stops;
  }

  int[] encode(int index, String prompt) {
    if (prompt == null) {
      throw new InvalidInputException("prompt " + index + " is null");
    }
    long start = System.nanoTime();
    int[] ids = tokenizer("texts").encode(prompt).ids();
    meter.tokenized(start);
    return ids;
  }

  /** Messages as the model's own template writes them, special tokens included. */
  int[] encode(List<ChatMessage> messages) {
    Tokenizer tokenizer = tokenizer("messages");
    long start = System.nanoTime();
    try {
      String prompt =
          model.chatTemplate().render(messages, ChatOptions.DEFAULT.withGenerationPrompt(true));
      int[] ids = tokenizer.encode(prompt, EncodingOptions.DEFAULT.withSpecialTokens(false)).ids();
      meter.tokenized(start);
      return ids;
    } catch (ChatTemplateException e) {
      throw new InvalidInputException(
          "the chat template of " + model.name() + " does not take the messages: " + e.getMessage(),
          e);
    }
  }

  /** A prompt as the model reads it. */
  record Prompt(int[] tokens, boolean truncated) {}

  /** Cuts a prompt that leaves no room for the answer, where the view says so. */
  Prompt fit(int[] tokens) {
    if (!view.truncateLeft() || model.positions().isEmpty()) {
      return new Prompt(tokens, false);
    }
    int room = model.positions().getAsInt();
    if (!model.decoder().hasEncoder()) {
      GenerationOptions all = view.options().over(model.options());
      room = Math.max(1, room - all.get(GenerationOption.MAX_NEW_TOKENS, 1));
    }
    return tokens.length <= room
        ? new Prompt(tokens, false)
        : new Prompt(Arrays.copyOfRange(tokens, tokens.length - room, tokens.length), true);
  }

  GenerationRequest.Builder request(Prompt prompt) {
    GenerationRequest.Builder request =
        model
            .request(prompt.tokens(), view.options())
            .logProbabilities(view.logProbabilities())
            .assistant(assistant);
    StopCondition strings = stops == null ? StopCondition.NEVER : stops;
    StopCondition own = view.stop();
    return request.stop(
        own == null ? strings : strings == StopCondition.NEVER ? own : strings.or(own));
  }

  GenerationRun newRun(RunControl control) {
    return new GenerationRun(
        model.decoder(),
        view.promptCache() ? model.promptCache() : null,
        view.batchRows(),
        control);
  }

  List<Generation> run(List<int[]> tokens, RunControl control) {
    List<List<Generation>> results = new ArrayList<>();
    meter.runStarted();
    long start = System.nanoTime();
    try (GenerationRun run = newRun(control)) {
      for (int i = 0; i < tokens.size(); i++) {
        Prompt prompt = fit(tokens.get(i));
        List<Generation> result = new ArrayList<>(1);
        results.add(result);
        try {
          run.add(request(prompt).build(), found -> result.add(describe(prompt, found)));
        } catch (InvalidInputException e) {
          throw tokens.size() == 1
              ? e
              : new InvalidInputException("prompt " + i + ": " + e.getMessage(), e);
        }
      }
      run.finish();
    }
    List<Generation> all = results.stream().map(result -> result.get(0)).toList();
    meter.ran(System.nanoTime() - start, all.stream().mapToLong(GenerationCall::tokens).sum());
    return all;
  }

  private static long tokens(Generation generation) {
    return generation.promptTokens()
        + generation.sequences().stream().mapToLong(text -> text.tokenIds().size()).sum();
  }

  Generation describe(Prompt prompt, List<GeneratedTokens> found) {
    List<GeneratedText> sequences = new ArrayList<>();
    for (GeneratedTokens each : found) {
      sequences.add(
          new GeneratedText(
              text(prompt.tokens(), each.tokens()),
              Arrays.stream(each.tokens()).boxed().toList(),
              each.score(),
              boxed(each.logProbabilities()),
              each.finishReason()));
    }
    return new Generation(sequences, prompt.tokens().length, prompt.truncated());
  }

  private static List<Float> boxed(float[] values) {
    List<Float> boxed = new ArrayList<>(values.length);
    for (float value : values) {
      boxed.add(value);
    }
    return boxed;
  }

  /** What the tokens add to the text of the prompt, up to a stop string. */
  String text(int[] prompt, int[] generated) {
    Tokenizer tokenizer = model.tokenizer();
    if (tokenizer == null) {
      return "";
    }
    ConstrainedText constrained = model.constrainedText(prompt, view.options());
    if (constrained != null) {
      return constrained.addAll(generated);
    }
    String text = null;
    if (!model.decoder().hasEncoder()) {
      // a tokenizer may drop the space before the first token that it is given
      int[] all = Arrays.copyOf(prompt, prompt.length + generated.length);
      System.arraycopy(generated, 0, all, prompt.length, generated.length);
      String before = tokenizer.decode(prompt, true);
      String whole = tokenizer.decode(all, true);
      text = whole.startsWith(before) ? whole.substring(before.length()) : null;
    }
    if (text == null) {
      text = tokenizer.decode(generated, true);
    }
    int end = stops == null ? -1 : stops.find(text);
    return end < 0 ? text : text.substring(0, end);
  }
}
