package io.parlance.task;

import com.google.gson.JsonPrimitive;
import io.parlance.Cancellation;
import io.parlance.ContinuationScore;
import io.parlance.FinishReason;
import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerativeModel;
import io.parlance.generation.TextScorer;
import io.parlance.generation.constraint.Constraint;
import io.parlance.model.ModelSource;
import io.parlance.runtime.CallGate;
import io.parlance.runtime.RunControl;
import io.parlance.tokenizers.chat.ChatMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Goes on from prompts, with the tokens that {@code generate()} of transformers gives. An immutable
 * view on a shared model; each option returns another view. Thread-safe, and nothing to close: the
 * model belongs to who made it.
 *
 * <p>Settings come from the model's {@code generation_config.json}, and what is set here wins.
 * Without any, 20 tokens are taken greedily. Many prompts run together, and each gets what it would
 * get by itself. A model with an encoder reads the prompt with it and writes its translation,
 * summary, or whatever it learned.
 */
public final class TextGenerator {
  private final GeneratorModel model;
  private final GenerationView view;

  TextGenerator(GeneratorModel model, GenerationView view) {
    this.model = model;
    this.view = view;
  }

  private TextGenerator with(GenerationView other) {
    return new TextGenerator(model, other);
  }

  /**
   * Sets any option.
   *
   * @throws InvalidInputException if the option does not take the value
   */
  public <T> TextGenerator with(GenerationOption<T> option, T value) {
    return with(view.options(view.options().with(option, value)));
  }

  /** Sets several options, over those set before. */
  public TextGenerator with(GenerationOptions options) {
    return with(view.options(options.over(view.options())));
  }

  /** Tokens of an answer at most. */
  public TextGenerator maxNewTokens(int tokens) {
    return with(GenerationOption.MAX_NEW_TOKENS, tokens);
  }

  /** Always takes the likeliest token. */
  public TextGenerator greedy() {
    return with(GenerationOption.DO_SAMPLE, false).with(GenerationOption.NUM_BEAMS, 1);
  }

  /** Draws tokens, from a distribution that is sharper below 1 and flatter above. */
  public TextGenerator temperature(double temperature) {
    return sampling().with(GenerationOption.TEMPERATURE, temperature);
  }

  /** Draws from the k likeliest tokens; 0 for all. */
  public TextGenerator topK(int k) {
    return sampling().with(GenerationOption.TOP_K, k);
  }

  /** Draws from the fewest tokens that have this probability together. */
  public TextGenerator topP(double p) {
    return sampling().with(GenerationOption.TOP_P, p);
  }

  /** Draws tokens, the same each time for the same seed. */
  public TextGenerator seed(long seed) {
    return sampling().with(GenerationOption.SEED, seed);
  }

  private TextGenerator sampling() {
    return with(GenerationOption.DO_SAMPLE, true);
  }

  /** Follows so many sequences at a time and gives the best. */
  public TextGenerator beams(int beams) {
    return with(GenerationOption.NUM_BEAMS, beams);
  }

  /** Gives so many answers; needs sampling, or as many beams. */
  public TextGenerator sequences(int sequences) {
    return with(GenerationOption.NUM_RETURN_SEQUENCES, sequences);
  }

  /** Ends an answer at any of these texts, which are not part of it. */
  public TextGenerator stopStrings(String... texts) {
    return with(GenerationOption.STOP_STRINGS, Arrays.asList(texts));
  }

  /**
   * Writes one of these texts and nothing else, the one whose tokens the search prefers one after
   * the other; {@link #score} compares whole texts.
   *
   * @throws InvalidInputException if there is none, or one is empty
   */
  public TextGenerator choices(String... texts) {
    return constrained(GenerationOption.CHOICES, Arrays.asList(texts));
  }

  /**
   * Writes a text that the pattern matches as a whole.
   *
   * @throws InvalidInputException if it has what no regular language has: references to groups,
   *     looking ahead or behind, word boundaries, possessive or atomic matching
   */
  public TextGenerator matching(Pattern pattern) {
    return constrained(GenerationOption.REGEX, Constraint.Regex.of(pattern).expression());
  }

  /** As {@link #matching(Pattern)}. */
  public TextGenerator matching(String regex) {
    return constrained(GenerationOption.REGEX, regex);
  }

  /**
   * Writes a JSON document that conforms to a schema: the properties that it names, in its order,
   * and no white space but single spaces after colons and commas.
   *
   * <p>Every answer conforms, unless its finish reason is {@link io.parlance.FinishReason#TIME}:
   * when tokens run short, what is left is used for the shortest end, and a length that not even
   * the shortest document fits into is refused.
   *
   * @throws InvalidInputException if it is no schema, or has a keyword that cannot be enforced; the
   *     message names it
   */
  public TextGenerator jsonSchema(String schema) {
    return constrained(
        GenerationOption.JSON_SCHEMA,
        GenerationOption.JSON_SCHEMA.parse(new JsonPrimitive(schema)));
  }

  private <T> TextGenerator constrained(GenerationOption<T> option, T value) {
    GenerationOptions free =
        view.options()
            .without(GenerationOption.CHOICES)
            .without(GenerationOption.REGEX)
            .without(GenerationOption.JSON_SCHEMA);
    return with(view.options(free.with(option, value)));
  }

  /** Whether results tell the probability of each token; not for beam search. */
  public TextGenerator logProbabilities(boolean wanted) {
    return with(view.logProbabilities(wanted));
  }

  /** Cuts prompts that are too long at their beginning, and says so; else they are refused. */
  public TextGenerator truncateLeft() {
    return with(view.truncateLeft(true));
  }

  /**
   * Whether prompts are looked up in the prompt cache and remembered there; true by default. The
   * answer is the same. See {@link io.parlance.Nlp.Builder#promptCache}.
   */
  public TextGenerator promptCache(boolean used) {
    return with(view.promptCache(used));
  }

  /** See {@link #assistant(ModelSource)}. */
  public TextGenerator assistant(String source) {
    return assistant(ModelSource.of(source));
  }

  /**
   * Lets a smaller model guess several tokens that the model then checks in one run. The answer is
   * the one without it, also for a seed; what is saved is time, where the small model is often
   * right. Prompts run one after the other. Loaded with the first call, and closed with the model.
   *
   * @param source a model without encoder, with the same tokens
   */
  public TextGenerator assistant(ModelSource source) {
    return with(view.assistant(source));
  }

  /** Runs so many sequences together at most; 32 by default. */
  public TextGenerator batchRows(int rows) {
    if (rows < 1) {
      throw new InvalidInputException("batch rows " + rows + " must be at least 1");
    }
    return with(view.batchRows(rows));
  }

  /**
   * Ends an answer when a condition holds for its tokens so far, with {@link
   * FinishReason#CONDITION}. With beams, all of them must fulfil it.
   *
   * @param condition asked after each token, by a thread of the SDK; what it throws, the call
   *     throws
   */
  public TextGenerator stopWhen(Predicate<List<Integer>> condition) {
    return with(
        view.stop(
            tokens ->
                condition.test(Arrays.stream(tokens).boxed().toList())
                    ? FinishReason.CONDITION
                    : null));
  }

  /**
   * Lets a handle end the calls of this view, in the middle of a token. An interrupt of the calling
   * thread does so too.
   */
  public TextGenerator cancellation(Cancellation handle) {
    return with(view.cancellation(handle));
  }

  /** Gives a call no more time than this; it fails then. See also {@code max_time}. */
  public TextGenerator timeout(Duration timeout) {
    RunControl.withTimeout(timeout);
    return with(view.timeout(timeout));
  }

  /** Loads the model, if it is not in memory yet. */
  public TextGenerator load() {
    model.load();
    return this;
  }

  /**
   * Goes on from a prompt.
   *
   * @throws InvalidInputException if the prompt has no tokens or leaves no room, or options exclude
   *     each other
   * @throws io.parlance.ModelUnusableException if the model cannot be loaded
   * @throws io.parlance.DeadlineExceededException if the timeout of this view is over
   * @throws io.parlance.CancelledException if the model is being closed, the call cancelled or its
   *     thread interrupted
   */
  public Generation generate(String prompt) {
    return generate(Arrays.asList(prompt)).get(0);
  }

  /** Goes on from many prompts; results come in their order. */
  public List<Generation> generate(List<String> prompts) {
    return call(
        prompts.size(),
        (call, control) -> {
          List<int[]> tokens = new ArrayList<>();
          for (int i = 0; i < prompts.size(); i++) {
            tokens.add(call.encode(i, prompts.get(i)));
          }
          return call.run(tokens, control);
        });
  }

  /** Goes on from prompts that are token ids already. */
  public List<Generation> generateFromTokens(List<int[]> prompts) {
    List<int[]> copies = prompts.stream().map(int[]::clone).toList();
    return call(copies.size(), (call, control) -> call.run(copies, control));
  }

  /**
   * Goes on from a prompt, piece by piece as the model writes. The pieces together are the text
   * that {@link #generate(String)} gives; none ends within a character, and none has the beginning
   * of a stop string that comes. The model works only while the stream is read, so a slow reader
   * needs no buffer; closing the stream, from whatever thread, or not reading on, ends the work.
   */
  public Stream<String> stream(String prompt) {
    return stream(pieces(prompt));
  }

  private static Stream<String> stream(TextStream pieces) {
    return StreamSupport.stream(pieces, false).onClose(pieces::close);
  }

  /** As {@link #stream(String)}, for a prompt that is token ids already. */
  public Stream<String> streamFromTokens(int[] prompt) {
    int[] copy = prompt.clone();
    return stream(pieces(call -> copy));
  }

  /** As {@link #stream(String)}, calling back with each piece; returns when all is written. */
  public Generation generate(String prompt, Consumer<String> listener) {
    try (TextStream pieces = pieces(prompt)) {
      pieces.forEachRemaining(listener);
      return pieces.generation();
    }
  }

  /**
   * As {@link #stream(String)}, for subscribers that say how much they want. The model works only
   * while there is demand, on a thread of its own; each subscriber gets a generation of its own.
   */
  public Flow.Publisher<String> publisher(String prompt) {
    return new TextPublisher(() -> pieces(prompt));
  }

  /**
   * How surprising the model finds a text: the exponential of the mean negative log-probability of
   * its tokens after the first. Long texts are read in windows of the model's length that share
   * half of their tokens.
   */
  public double perplexity(String text) {
    return call(
        1,
        (call, control) -> {
          GenerativeModel loaded = call.model();
          int[] tokens = call.encode(0, text);
          int window = loaded.positions().orElse(Math.max(2, tokens.length));
          return new TextScorer(loaded)
              .perplexity(tokens, window, Math.max(1, window / 2), control);
        });
  }

  /**
   * The natural logarithm of the probability of each token after the first. What the first is to be
   * foretold from, such as a token that begins texts, is the caller's to put before it.
   *
   * @param tokens token ids of the model's tokenizer
   * @param window the most tokens read at once, at least 2; no more than the model has positions
   *     for
   * @param stride new tokens of each window after the first, 1 to {@code window}: smaller is slower
   *     and gives tokens more context
   * @return one less than there are tokens
   */
  public double[] logProbabilities(int[] tokens, int window, int stride) {
    int[] copy = tokens.clone();
    return call(
        1,
        (call, control) -> {
          GenerativeModel loaded = call.model();
          int most = Math.min(window, loaded.positions().orElse(window));
          return new TextScorer(loaded)
              .logProbabilities(copy, most, Math.min(stride, most), control);
        });
  }

  /**
   * How likely each of some continuations is after a context, in their order: multiple choice by
   * likelihood. What counts are the tokens of context and continuation together after as many as
   * the context has alone.
   */
  public List<ContinuationScore> score(String context, List<String> continuations) {
    return call(
        continuations.size(),
        (call, control) -> {
          TextScorer scorer = new TextScorer(call.model());
          int before = call.encode(0, context).length;
          List<ContinuationScore> scores = new ArrayList<>();
          for (int i = 0; i < continuations.size(); i++) {
            double[] all =
                scorer.logProbabilities(call.encode(i, context + continuations.get(i)), control);
            int from = Math.min(all.length, Math.max(0, before - 1));
            scores.add(
                new ContinuationScore(
                    continuations.get(i), Arrays.stream(all, from, all.length).boxed().toList()));
          }
          return scores;
        });
  }

  /**
   * Answers the last of some messages. The model's own chat template makes the prompt.
   *
   * @throws io.parlance.ModelUnusableException if the model has no template that can be used
   * @throws InvalidInputException if the template refuses the messages
   */
  public Generation chat(List<ChatMessage> messages) {
    List<ChatMessage> copy = List.copyOf(messages);
    return call(1, (call, control) -> call.run(List.of(call.encode(copy)), control).get(0));
  }

  /** As {@link #chat(List)}, calling back with each piece; returns when all is written. */
  public Generation chat(List<ChatMessage> messages, Consumer<String> listener) {
    List<ChatMessage> copy = List.copyOf(messages);
    try (TextStream pieces = pieces(call -> call.encode(copy))) {
      pieces.forEachRemaining(listener);
      return pieces.generation();
    }
  }

  /** Answers the last of some messages, piece by piece; see {@link #stream(String)}. */
  public Stream<String> streamChat(List<ChatMessage> messages) {
    List<ChatMessage> copy = List.copyOf(messages);
    return stream(pieces(call -> call.encode(copy)));
  }

  private TextStream pieces(String prompt) {
    return pieces(call -> call.encode(0, prompt));
  }

  private TextStream pieces(Function<GenerationCall, int[]> prompt) {
    if (view.options().get(GenerationOption.NUM_RETURN_SEQUENCES, 1) > 1) {
      throw new InvalidInputException(
          "a stream has one answer, not num_return_sequences "
              + view.options().get(GenerationOption.NUM_RETURN_SEQUENCES, 1));
    }
    return new TextStream(model, view, prompt);
  }

  private <R> R call(int inputs, BiFunction<GenerationCall, RunControl, R> action) {
    RunControl control =
        view.timeout() == null ? RunControl.create() : RunControl.withTimeout(view.timeout());
    return model
        .activity()
        .call(
            inputs,
            meter -> {
              try (CallGate.Entry inside = model.enter(control::cancel)) {
                return WritingThreads.call(
                    control,
                    view.cancellation(),
                    () -> action.apply(GenerationCall.of(model, view, meter), control));
              }
            });
  }
}
