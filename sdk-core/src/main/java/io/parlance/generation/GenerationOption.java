package io.parlance.generation;

import com.google.gson.JsonElement;
import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of {@code generation_config.json}, with the values it takes and what holds without it.
 * Names and meanings are those of transformers.
 *
 * @param <T> type of its values
 */
public final class GenerationOption<T> {
  private static final List<GenerationOption<?>> ALL = new ArrayList<>();

  /** Tokens of the whole sequence, prompt included; {@link #MAX_NEW_TOKENS} wins over it. */
  public static final GenerationOption<Integer> MAX_LENGTH =
      option("max_length", OptionKind.wholeNumber(1), "Tokens of prompt and answer together.");

  /** Tokens after the prompt; 20 where neither this nor {@link #MAX_LENGTH} is given. */
  public static final GenerationOption<Integer> MAX_NEW_TOKENS =
      option("max_new_tokens", OptionKind.wholeNumber(1), "Tokens of the answer.");

  /** Tokens of the whole sequence before which it does not end. */
  public static final GenerationOption<Integer> MIN_LENGTH =
      option("min_length", OptionKind.wholeNumber(0), "Fewest tokens of prompt and answer.");

  /** Tokens after the prompt before which it does not end. */
  public static final GenerationOption<Integer> MIN_NEW_TOKENS =
      option("min_new_tokens", OptionKind.wholeNumber(0), "Fewest tokens of the answer.");

  /** Whether tokens are drawn by their probabilities; else the likeliest is taken. */
  public static final GenerationOption<Boolean> DO_SAMPLE =
      option("do_sample", OptionKind.flag(), "Draw tokens by their probabilities.");

  /** Decides what is drawn; without it every call draws anew. Not a key of transformers. */
  public static final GenerationOption<Long> SEED =
      option("seed", OptionKind.longNumber(), "Decides what is drawn.");

  /** Sequences that beam search follows at a time; 1. */
  public static final GenerationOption<Integer> NUM_BEAMS =
      option("num_beams", OptionKind.wholeNumber(1), "Sequences that beam search follows.");

  /** Groups of beams that are kept different; 1. */
  public static final GenerationOption<Integer> NUM_BEAM_GROUPS =
      option("num_beam_groups", OptionKind.wholeNumber(1), "Groups of beams that differ.");

  /** What a beam loses for a token that an earlier group chose in the same step; 0. */
  public static final GenerationOption<Double> DIVERSITY_PENALTY =
      option("diversity_penalty", notNegative(), "How much groups of beams must differ.");

  /** When beam search ends; {@link EarlyStopping#FALSE}. */
  public static final GenerationOption<EarlyStopping> EARLY_STOPPING =
      option("early_stopping", OptionKind.earlyStopping(), "When beam search ends.");

  /** Exponent of the length by which a beam's score is divided; 1. */
  public static final GenerationOption<Double> LENGTH_PENALTY =
      option(
          "length_penalty",
          OptionKind.number("a number", value -> true),
          "Above 0 favours long beams, below 0 short ones.");

  /** Sequences for each prompt; 1. */
  public static final GenerationOption<Integer> NUM_RETURN_SEQUENCES =
      option("num_return_sequences", OptionKind.wholeNumber(1), "Answers for each prompt.");

  /** By what logits are divided before tokens are drawn; 1. */
  public static final GenerationOption<Double> TEMPERATURE =
      option("temperature", positive(), "Below 1 sharpens what is drawn, above 1 flattens it.");

  /** Draws from this many of the likeliest tokens; 50, 0 for all. */
  public static final GenerationOption<Integer> TOP_K =
      option("top_k", OptionKind.wholeNumber(0), "Draw from this many tokens; 0 for all.");

  /** Draws from the fewest tokens that have this probability together; 1. */
  public static final GenerationOption<Double> TOP_P =
      option("top_p", share(), "Draw from the fewest tokens with this probability together.");

  /** Draws from tokens that are at least this part as likely as the likeliest. */
  public static final GenerationOption<Double> MIN_P =
      option("min_p", share(), "Draw from tokens at least this part as likely as the first.");

  /** Draws from the fewest tokens around the expected information with this probability; 1. */
  public static final GenerationOption<Double> TYPICAL_P =
      option("typical_p", share(), "Draw from tokens of typical information.");

  /** Draws from the likeliest tokens whose entropy is at most this part of the whole. */
  public static final GenerationOption<Double> TOP_H =
      option("top_h", share(), "Draw from tokens with this part of the entropy.");

  /** Draws from tokens of at least this probability; 0. */
  public static final GenerationOption<Double> EPSILON_CUTOFF =
      option("epsilon_cutoff", share(), "Draw from tokens of at least this probability.");

  /** As {@link #EPSILON_CUTOFF}, less where the entropy is high; 0. */
  public static final GenerationOption<Double> ETA_CUTOFF =
      option("eta_cutoff", share(), "As epsilon_cutoff, less where the entropy is high.");

  /** By what the logits of tokens that are there already are divided (multiplied below 0); 1. */
  public static final GenerationOption<Double> REPETITION_PENALTY =
      option("repetition_penalty", positive(), "Above 1 discourages repetition.");

  /** Above 1 favours tokens of the prompt or source; 1. */
  public static final GenerationOption<Double> ENCODER_REPETITION_PENALTY =
      option("encoder_repetition_penalty", positive(), "Above 1 favours tokens of the source.");

  /** Sequences of so many tokens occur once; 0 for no limit. */
  public static final GenerationOption<Integer> NO_REPEAT_NGRAM_SIZE =
      option("no_repeat_ngram_size", OptionKind.wholeNumber(0), "n-grams that occur once.");

  /** Sequences of so many tokens of the source do not occur; 0 for no limit. */
  public static final GenerationOption<Integer> ENCODER_NO_REPEAT_NGRAM_SIZE =
      option(
          "encoder_no_repeat_ngram_size",
          OptionKind.wholeNumber(0),
          "n-grams of the source that do not occur.");

  /** Sequences of tokens that do not occur. */
  public static final GenerationOption<List<List<Integer>>> BAD_WORDS_IDS =
      option("bad_words_ids", OptionKind.tokenLists(), "Token sequences that do not occur.");

  /** What is added to the logit of the last token of a sequence. */
  public static final GenerationOption<Map<List<Integer>, Double>> SEQUENCE_BIAS =
      option("sequence_bias", OptionKind.biases(), "Token sequences made likelier or rarer.");

  /** Tokens that do not occur. */
  public static final GenerationOption<List<Integer>> SUPPRESS_TOKENS =
      option("suppress_tokens", OptionKind.tokens(), "Tokens that do not occur.");

  /** Tokens that do not come first. */
  public static final GenerationOption<List<Integer>> BEGIN_SUPPRESS_TOKENS =
      option("begin_suppress_tokens", OptionKind.tokens(), "Tokens that do not come first.");

  /** The first token after the decoder's start token. */
  public static final GenerationOption<List<Integer>> FORCED_BOS_TOKEN_ID =
      option("forced_bos_token_id", OptionKind.tokens(), "The first token.");

  /** The last token where the length is used up. */
  public static final GenerationOption<List<Integer>> FORCED_EOS_TOKEN_ID =
      option("forced_eos_token_id", OptionKind.tokens(), "The last token at the full length.");

  /** Makes the end likelier with each token. */
  public static final GenerationOption<ExponentialDecay> EXPONENTIAL_DECAY_LENGTH_PENALTY =
      option(
          "exponential_decay_length_penalty",
          OptionKind.exponentialDecay(),
          "Makes the end likelier with each token.");

  /** Replaces logits that are no finite numbers, instead of failing; false. */
  public static final GenerationOption<Boolean> REMOVE_INVALID_VALUES =
      option("remove_invalid_values", OptionKind.flag(), "Replace NaN and infinite logits.");

  /** Makes processed logits log-probabilities again, which matters to beams; false. */
  public static final GenerationOption<Boolean> RENORMALIZE_LOGITS =
      option("renormalize_logits", OptionKind.flag(), "Normalize after processing.");

  /** How much further than the prompt's own effect logits are moved; 1. */
  public static final GenerationOption<Double> GUIDANCE_SCALE =
      option("guidance_scale", positive(), "Above 1 makes the prompt count more.");

  /** Seconds after which a sequence ends as it is. */
  public static final GenerationOption<Double> MAX_TIME =
      option("max_time", positive(), "Seconds after which an answer ends.");

  /** Texts that end a sequence, and are not part of the result's text. */
  public static final GenerationOption<List<String>> STOP_STRINGS =
      option("stop_strings", OptionKind.texts(), "Texts that end an answer.");

  /** Texts one of which the answer is. Not a key of transformers. */
  public static final GenerationOption<List<String>> CHOICES =
      option("choices", OptionKind.choices(), "Texts one of which the answer is.");

  /** A regular expression that matches the answer as a whole. Not a key of transformers. */
  public static final GenerationOption<String> REGEX =
      option("regex", OptionKind.regex(), "A regular expression that the answer matches.");

  /** A JSON schema that the answer, a JSON document, conforms to. Not a key of transformers. */
  public static final GenerationOption<JsonElement> JSON_SCHEMA =
      option("json_schema", OptionKind.jsonSchema(), "A JSON schema that the answer conforms to.");

  /** The token that fills unused places. */
  public static final GenerationOption<List<Integer>> PAD_TOKEN_ID =
      option("pad_token_id", OptionKind.tokens(), "The token that fills unused places.");

  /** The token that opens a sequence. */
  public static final GenerationOption<List<Integer>> BOS_TOKEN_ID =
      option("bos_token_id", OptionKind.tokens(), "The token that opens a sequence.");

  /** The tokens that end a sequence. */
  public static final GenerationOption<List<Integer>> EOS_TOKEN_ID =
      option("eos_token_id", OptionKind.tokens(), "The tokens that end a sequence.");

  /** The tokens that a decoder beside an encoder begins with. */
  public static final GenerationOption<List<Integer>> DECODER_START_TOKEN_ID =
      option("decoder_start_token_id", OptionKind.tokens(), "The first token of a decoder.");

  /**
   * Contrastive search: how much a token loses for a hidden state like those before, among the
   * {@link #TOP_K} likeliest; 0 for not. For graphs that give {@code last_hidden_state}, without
   * sampling and beams.
   */
  public static final GenerationOption<Double> PENALTY_ALPHA =
      option("penalty_alpha", share(), "How much contrastive search avoids likeness.");

  /**
   * Guesses up to so many tokens from what followed the same tokens before, and checks them in one
   * run; the answer is the same, sooner where it repeats the prompt. For one answer without beams.
   */
  public static final GenerationOption<Integer> PROMPT_LOOKUP_NUM_TOKENS =
      option(
          "prompt_lookup_num_tokens",
          OptionKind.wholeNumber(1),
          "Guess so many tokens from the prompt.");

  /** Tokens that {@link #PROMPT_LOOKUP_NUM_TOKENS} compares at most; 2. */
  public static final GenerationOption<Integer> MAX_MATCHING_NGRAM_SIZE =
      option(
          "max_matching_ngram_size",
          OptionKind.wholeNumber(1),
          "Tokens that prompt lookup compares.");

  /** Tokens that an assistant guesses at a time; 20. Without an assistant it has no effect. */
  public static final GenerationOption<Integer> NUM_ASSISTANT_TOKENS =
      option(
          "num_assistant_tokens",
          OptionKind.wholeNumber(1),
          "Tokens that an assistant guesses at a time.");

  /** How {@link #NUM_ASSISTANT_TOKENS} changes; {@link AssistantSchedule#CONSTANT}. */
  public static final GenerationOption<AssistantSchedule> NUM_ASSISTANT_TOKENS_SCHEDULE =
      option(
          "num_assistant_tokens_schedule",
          OptionKind.assistantSchedule(),
          "How the number of guesses changes.");

  /** An assistant stops after a token that it finds less likely than this; 0.4. */
  public static final GenerationOption<Double> ASSISTANT_CONFIDENCE_THRESHOLD =
      option(
          "assistant_confidence_threshold",
          share(),
          "An assistant stops after a token less likely than this.");

  /** Accepted and without effect: the cache is always used, and results do not depend on it. */
  public static final GenerationOption<Boolean> USE_CACHE =
      option("use_cache", OptionKind.flag(), "Without effect: the cache is always used.");

  private final String name;
  private final OptionKind<T> kind;
  private final String description;

  private GenerationOption(String name, OptionKind<T> kind, String description) {
    this.name = name;
    this.kind = kind;
    this.description = description;
  }

  private static <T> GenerationOption<T> option(
      String name, OptionKind<T> kind, String description) {
    GenerationOption<T> option = new GenerationOption<>(name, kind, description);
    ALL.add(option);
    return option;
  }

  private static OptionKind<Double> positive() {
    return OptionKind.number("a number above 0", value -> value > 0);
  }

  private static OptionKind<Double> notNegative() {
    return OptionKind.number("a number of at least 0", value -> value >= 0);
  }

  private static OptionKind<Double> share() {
    return OptionKind.number("a number from 0 to 1", value -> value >= 0 && value <= 1);
  }

  /** Every option. */
  public static List<GenerationOption<?>> all() {
    return Collections.unmodifiableList(ALL);
  }

  /** Its key in {@code generation_config.json}. */
  public String key() {
    return name;
  }

  /** What it is for, in a few words. */
  public String description() {
    return description;
  }

  /** What values it takes, in a few words. */
  public String expected() {
    return kind.expected();
  }

  /**
   * Reads a value.
   *
   * @throws InvalidInputException if this option does not take it
   */
  public T parse(JsonElement element) {
    T value = kind.parse(element);
    if (value == null) {
      throw wrong(element);
    }
    return check(value);
  }

  T check(T value) {
    if (!kind.allows(value)) {
      throw wrong(value);
    }
    return value;
  }

  private InvalidInputException wrong(Object found) {
    String text = found.toString();
    return new InvalidInputException(
        String.format(
            Locale.ROOT,
            "%s must be %s, found %s",
            name,
            kind.expected(),
            text.length() <= 60 ? text : text.substring(0, 57) + "..."));
  }

  @SuppressWarnings("unchecked") // values are put under the option that checked them
  @Nullable T cast(@Nullable Object value) {
    return (T) value;
  }

  @Override
  public String toString() {
    return name;
  }
}
