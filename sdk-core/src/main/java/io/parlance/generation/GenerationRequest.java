package io.parlance.generation;

import static io.parlance.generation.GenerationOption.*;

import io.parlance.InvalidInputException;
import io.parlance.generation.constraint.TokenConstraint;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.RunControl;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one call asks of a model: tokens to go on from, and settings that were checked against each
 * other and against the model.
 */
public final class GenerationRequest {
  /** Tokens after the prompt where nobody says how many: what transformers takes. */
  private static final int DEFAULT_LENGTH = 20;

  /** The likeliest tokens that are looked at where nobody says how many, as in transformers. */
  static final int DEFAULT_TOP_K = 50;

  /** Tokens that prompt lookup compares: what transformers takes. */
  private static final int DEFAULT_NGRAM = 2;

  private final GenerationOptions options;
  private final int[] prompt;
  private final int @Nullable [] source;
  private final int maxLength;
  private final int[] endTokens;
  private final long seed;
  private final StopCondition stop;
  private final boolean logProbabilities;
  private final IntConsumer listener;
  private final @Nullable GenerativeModel assistant;
  private final long endNanos;
  private final @Nullable ConstraintLimits constraint;

  private GenerationRequest(Builder builder) {
    options = builder.options;
    prompt = builder.prompt;
    source = builder.source;
    maxLength = builder.maxLength();
    endTokens = tokens(options.get(EOS_TOKEN_ID, List.of()));
    seed = options.get(SEED, ThreadLocalRandom.current().nextLong());
    stop = builder.stop;
    logProbabilities = builder.logProbabilities;
    listener = builder.listener;
    assistant = builder.assistant;
    Double seconds = options.get(MAX_TIME);
    endNanos =
        System.nanoTime()
            + (seconds == null ? Long.MAX_VALUE / 4 : (long) (Math.min(seconds, 1e8) * 1e9));
    constraint = limits(builder);
    checkCombinations();
    if (constraint != null) {
      int room = maxLength - prompt.length - constraint.skipped();
      constraint.constraint().requireRoom(constraint.atBeginning(), room, endTokens);
    }
  }

  private static @Nullable ConstraintLimits limits(Builder builder) {
    TokenConstraint given = builder.constraint;
    boolean forced = builder.prompt.length == 1 && builder.options.get(FORCED_BOS_TOKEN_ID) != null;
    return given == null
        ? null
        : new ConstraintLimits(given, builder.constraintAtBeginning, forced ? 1 : 0);
  }

  /**
   * Begins a request.
   *
   * @param prompt what the decoder begins with
   * @param options everything that holds: the caller's over the model's
   */
  public static Builder of(int[] prompt, GenerationOptions options) {
    return new Builder(prompt, options);
  }

  /** Collects what else a request has. */
  public static final class Builder {
    private final int[] prompt;
    private final GenerationOptions options;
    private int @Nullable [] source;
    private OptionalInt positions = OptionalInt.empty();
    private StopCondition stop = StopCondition.NEVER;
    private boolean logProbabilities;
    private IntConsumer listener = token -> {};
    private @Nullable GenerativeModel assistant;
    private @Nullable TokenConstraint constraint;
    private boolean constraintAtBeginning;

    private Builder(int[] prompt, GenerationOptions options) {
      this.prompt = prompt;
      this.options = options;
    }

    /** What the encoder reads, for models that have one. */
    public Builder source(int[] tokens) {
      source = tokens;
      return this;
    }

    /** The most tokens that the model can take. */
    public Builder positions(OptionalInt most) {
      positions = most;
      return this;
    }

    /** What else ends a sequence. */
    public Builder stop(StopCondition condition) {
      stop = condition;
      return this;
    }

    /**
     * What the text of the answer is held to.
     *
     * @param atBeginning whether nothing of the prompt is text before it
     */
    public Builder constraint(TokenConstraint held, boolean atBeginning) {
      constraint = held;
      constraintAtBeginning = atBeginning;
      return this;
    }

    /** Whether the result has the probability of each token. */
    public Builder logProbabilities(boolean wanted) {
      logProbabilities = wanted;
      return this;
    }

    /**
     * What hears each token of the first sequence as soon as it is chosen; beam search chooses at
     * its end, and tells nothing.
     */
    public Builder listener(IntConsumer heard) {
      listener = heard;
      return this;
    }

    /** A smaller model with the same tokens that guesses what comes; null for none. */
    public Builder assistant(@Nullable GenerativeModel model) {
      assistant = model;
      return this;
    }

    /**
     * Checks everything.
     *
     * @throws InvalidInputException if options exclude each other, leave no room for a token, or
     *     not enough for the constraint
     */
    public GenerationRequest build() {
      return new GenerationRequest(this);
    }

    private int maxLength() {
      if (prompt.length == 0) {
        throw new InvalidInputException("the prompt has no tokens; there is nothing to go on from");
      }
      Integer newTokens = options.get(MAX_NEW_TOKENS);
      Integer whole = options.get(MAX_LENGTH);
      long length;
      if (newTokens != null) {
        length = (long) prompt.length + newTokens;
      } else if (whole != null) {
        length = whole;
      } else {
        length = source == null ? prompt.length + DEFAULT_LENGTH : DEFAULT_LENGTH;
      }
      if (length <= prompt.length) {
        throw new InvalidInputException(
            "max_length "
                + length
                + (source == null
                    ? " counts the prompt, whose length is " + prompt.length + " already"
                    : " counts the token that the decoder begins with, so nothing can be written")
                + "; raise it, or set max_new_tokens");
      }
      int most = positions.orElse(Integer.MAX_VALUE);
      if (prompt.length >= most) {
        throw new InvalidInputException(
            "the prompt has "
                + prompt.length
                + " tokens, and the model takes "
                + most
                + " with the answer; shorten it, or cut it on the left");
      }
      return (int) Math.min(length, most);
    }
  }

  private void checkCombinations() {
    int beams = beams();
    int groups = options.get(NUM_BEAM_GROUPS, 1);
    int sequences = options.get(NUM_RETURN_SEQUENCES, 1);
    boolean sample = options.get(DO_SAMPLE, false);
    if (beams == 1 && !sample && sequences > 1) {
      throw new InvalidInputException(
          "num_return_sequences "
              + sequences
              + " needs do_sample or as many num_beams: greedy search has one answer");
    }
    if (beams > 1 && sequences > beams) {
      throw new InvalidInputException(
          "num_return_sequences " + sequences + " exceeds num_beams " + beams);
    }
    if (beams % groups != 0) {
      throw new InvalidInputException(
          "num_beams " + beams + " must be a multiple of num_beam_groups " + groups);
    }
    if (groups > 1 && sample) {
      throw new InvalidInputException(
          "num_beam_groups " + groups + " goes with do_sample false: diverse beams are not drawn");
    }
    if (groups > 1 && options.get(DIVERSITY_PENALTY, 0.0) == 0) {
      throw new InvalidInputException(
          "num_beam_groups " + groups + " needs a diversity_penalty above 0");
    }
    if (isContrastive() && (sample || beams > 1 || guidance() != 1 || isAssisted())) {
      throw new InvalidInputException(
          "penalty_alpha "
              + options.get(PENALTY_ALPHA, 0.0)
              + " asks for contrastive search, which goes with do_sample false, one beam, no"
              + " guidance_scale and no guesses of an assistant or prompt lookup");
    }
    if (isAssisted() && (beams > 1 || sequences > 1 || guidance() != 1)) {
      throw new InvalidInputException(
          (options.get(PROMPT_LOOKUP_NUM_TOKENS) == null
                  ? "an assistant"
                  : PROMPT_LOOKUP_NUM_TOKENS)
              + " goes with one sequence: num_beams "
              + beams
              + ", num_return_sequences "
              + sequences
              + " and guidance_scale "
              + guidance()
              + " must be 1");
    }
    if (constraint != null && isContrastive()) {
      throw new InvalidInputException(
          "penalty_alpha "
              + options.get(PENALTY_ALPHA, 0.0)
              + " asks for contrastive search, which cannot be held to choices, regex or"
              + " json_schema; leave one of them out");
    }
    if (constraint != null && stop != StopCondition.NEVER) {
      throw new InvalidInputException(
          "a constraint says itself where the answer ends; leave out stop_strings and other"
              + " conditions");
    }
    if (guidance() != 1 && source != null) {
      throw new InvalidInputException(
          "guidance_scale " + guidance() + " is for models without an encoder");
    }
  }

  private static int[] tokens(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  GenerationOptions options() {
    return options;
  }

  int[] prompt() {
    return prompt;
  }

  int @Nullable [] source() {
    return source;
  }

  /** What the encoder reads, of a request that has it. */
  int[] sourceTokens() {
    return Objects.requireNonNull(source, "the model has an encoder, the request no source");
  }

  /** Tokens of prompt and answer at which it ends. */
  int maxLength() {
    return maxLength;
  }

  int[] endTokens() {
    return endTokens;
  }

  boolean isEnd(int token) {
    for (int end : endTokens) {
      if (end == token) {
        return true;
      }
    }
    return false;
  }

  /** Fills places of beams that are done. */
  int padToken() {
    List<Integer> pad = options.get(PAD_TOKEN_ID, List.of());
    return !pad.isEmpty() ? pad.get(0) : endTokens.length > 0 ? endTokens[0] : 0;
  }

  int beams() {
    return options.get(NUM_BEAMS, 1);
  }

  double guidance() {
    return options.get(GUIDANCE_SCALE, 1.0);
  }

  long seed() {
    return seed;
  }

  StopCondition stop() {
    return stop;
  }

  /** Whether it is for contrastive search: as in transformers, it takes at least two tokens. */
  boolean isContrastive() {
    return options.get(PENALTY_ALPHA, 0.0) > 0 && contrastiveTokens() > 1;
  }

  /** How many tokens contrastive search chooses from. */
  int contrastiveTokens() {
    return options.get(TOP_K, DEFAULT_TOP_K);
  }

  /** Whether several tokens are guessed and checked at a time. */
  boolean isAssisted() {
    return assistant != null || options.get(PROMPT_LOOKUP_NUM_TOKENS) != null;
  }

  /**
   * What guesses tokens; as in transformers, prompt lookup comes before an assistant.
   *
   * @param vocabulary tokens of the model that is assisted
   */
  @Nullable Drafter drafter(int vocabulary, RunControl control) {
    Integer looked = options.get(PROMPT_LOOKUP_NUM_TOKENS);
    if (looked != null) {
      return new PromptLookup(looked, options.get(MAX_MATCHING_NGRAM_SIZE, DEFAULT_NGRAM));
    }
    GenerativeModel model = assistant;
    return model == null ? null : new DraftModel(model, this, vocabulary, control);
  }

  boolean timeIsOver() {
    return System.nanoTime() - endNanos >= 0;
  }

  IntConsumer listener() {
    return listener;
  }

  boolean wantsLogProbabilities() {
    return logProbabilities;
  }

  /** The search that the options ask for. */
  Search search(Decoder decoder) {
    int vocabulary = decoder.vocabularySize();
    VocabularyCheck.check(options, vocabulary);
    if (isContrastive()) {
      return new ContrastiveSearch(this, decoder);
    }
    return beams() > 1 ? new BeamSearch(this, vocabulary) : new IndependentSearch(this, vocabulary);
  }

  /** Rows that it needs in a batch at most. */
  int rows() {
    int rows =
        isContrastive()
            ? contrastiveTokens()
            : beams() > 1 ? beams() : options.get(NUM_RETURN_SEQUENCES, 1);
    return guidance() == 1 ? rows : 2 * rows;
  }

  boolean isConstrained() {
    return constraint != null;
  }

  /** What holds the sequences of one search to the constraint; null where there is none. */
  @Nullable ConstraintProcessor constraint(int vocabulary) {
    return constraint == null ? null : new ConstraintProcessor(constraint, this, vocabulary);
  }

  /** Processors without a constraint. */
  List<LogitsProcessor> processors() {
    return processors(null);
  }

  /** Processors with what holds sequences to a constraint; each search has its own. */
  List<LogitsProcessor> processors(@Nullable ConstraintProcessor held) {
    return new ProcessorChain(this, held).processors();
  }
}
