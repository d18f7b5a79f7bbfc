package io.parlance.generation;

import static io.parlance.generation.GenerationOption.*;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the logits processors that a request asks for. */
final class ProcessorChain {
  private final GenerationRequest request;
  private final @Nullable ConstraintProcessor held;
  private final GenerationOptions options;
  private final int[] prompt;
  private final int @Nullable [] source;
  private final int[] endTokens;

  /**
   * For one search.
   *
   * @param held what holds sequences to a constraint, or null
   */
  ProcessorChain(GenerationRequest request, @Nullable ConstraintProcessor held) {
    this.request = request;
    this.held = held;
    options = request.options();
    prompt = request.prompt();
    source = request.source();
    endTokens = request.endTokens();
  }

  /** Processors in the order of transformers; some keep memory, so each search has its own. */
  List<LogitsProcessor> processors() {
    List<LogitsProcessor> all = new ArrayList<>();
    if (held != null) {
      all.add(held.remembering());
    }
    int[] context = source == null ? prompt : source;
    Map<List<Integer>, Double> bias = options.get(SEQUENCE_BIAS);
    if (bias != null) {
      all.add(TokenProcessors.bias(bias));
    }
    addDiversity(all);
    addRepetition(all, context);
    List<List<Integer>> badWords = options.get(BAD_WORDS_IDS);
    if (badWords != null) {
      all.add(TokenProcessors.bias(forbidden(badWords)));
    }
    addLengths(all);
    if (options.get(REMOVE_INVALID_VALUES, false)) {
      all.add(TokenProcessors.removeInvalid());
    }
    ExponentialDecay decay = options.get(EXPONENTIAL_DECAY_LENGTH_PENALTY);
    if (decay != null) {
      all.add(TokenProcessors.decay(decay, prompt.length, endTokens));
    }
    addSuppressed(all);
    if (held != null) {
      all.add(held);
    }
    if (options.get(DO_SAMPLE, false)) {
      addWarpers(all);
    }
    if (options.get(RENORMALIZE_LOGITS, false)) {
      all.add(Warpers.renormalize());
    }
    return all;
  }

  /** A place in the order that a search of several groups takes for its own penalty. */
  private void addDiversity(List<LogitsProcessor> all) {
    if (options.get(NUM_BEAM_GROUPS, 1) > 1) {
      all.add(new DiversityPenalty(options.get(DIVERSITY_PENALTY, 0.0)));
    }
  }

  private void addRepetition(List<LogitsProcessor> all, int[] context) {
    double encoderPenalty = options.get(ENCODER_REPETITION_PENALTY, 1.0);
    if (encoderPenalty != 1) {
      all.add(RepetitionProcessors.encoderRepetition(encoderPenalty, context));
    }
    double penalty = options.get(REPETITION_PENALTY, 1.0);
    if (penalty != 1) {
      all.add(RepetitionProcessors.repetition(penalty));
    }
    int size = options.get(NO_REPEAT_NGRAM_SIZE, 0);
    if (size > 0) {
      all.add(RepetitionProcessors.noRepeat(size));
    }
    int encoderSize = options.get(ENCODER_NO_REPEAT_NGRAM_SIZE, 0);
    if (encoderSize > 0) {
      all.add(RepetitionProcessors.noRepeatOfSource(encoderSize, context));
    }
  }

  private Map<List<Integer>, Double> forbidden(List<List<Integer>> badWords) {
    Map<List<Integer>, Double> biases = new LinkedHashMap<>();
    for (List<Integer> word : badWords) {
      if (word.size() > 1 || !request.isEnd(word.get(0))) { // the end is never a bad word
        biases.put(word, Double.NEGATIVE_INFINITY);
      }
    }
    return biases;
  }

  private void addLengths(List<LogitsProcessor> all) {
    if (endTokens.length > 0) {
      int fewest =
          Math.max(options.get(MIN_LENGTH, 0), prompt.length + options.get(MIN_NEW_TOKENS, 0));
      if (fewest > prompt.length) {
        all.add(TokenProcessors.suppressBelow(fewest, endTokens));
      }
    }
    List<Integer> first = options.get(FORCED_BOS_TOKEN_ID);
    if (first != null) {
      all.add(TokenProcessors.forceAt(1, ids(first)));
    }
    List<Integer> last = options.get(FORCED_EOS_TOKEN_ID);
    if (last != null) {
      all.add(TokenProcessors.forceAt(request.maxLength() - 1, ids(last)));
    }
  }

  private void addSuppressed(List<LogitsProcessor> all) {
    List<Integer> suppressed = options.get(SUPPRESS_TOKENS);
    if (suppressed != null) {
      all.add(TokenProcessors.suppress(ids(suppressed)));
    }
    List<Integer> atBeginning = options.get(BEGIN_SUPPRESS_TOKENS);
    if (atBeginning != null) {
      boolean forced = prompt.length == 1 && options.get(FORCED_BOS_TOKEN_ID) != null;
      all.add(TokenProcessors.suppressAt(prompt.length + (forced ? 1 : 0), ids(atBeginning)));
    }
  }

  private void addWarpers(List<LogitsProcessor> all) {
    int keep = request.beams() > 1 ? Math.max(1, endTokens.length) + 1 : 1;
    double temperature = options.get(TEMPERATURE, 1.0);
    if (temperature != 1) {
      all.add(Warpers.temperature(temperature));
    }
    Double topH = options.get(TOP_H);
    if (topH != null && topH < 1) {
      all.add(Warpers.topH(topH));
    }
    int topK = options.get(TOP_K, GenerationRequest.DEFAULT_TOP_K);
    if (topK > 0) {
      all.add(Warpers.topK(topK, keep));
    }
    double topP = options.get(TOP_P, 1.0);
    if (topP < 1) {
      all.add(Warpers.topP(topP, keep));
    }
    Double minP = options.get(MIN_P);
    if (minP != null) {
      all.add(Warpers.minP(minP, keep));
    }
    double typical = options.get(TYPICAL_P, 1.0);
    if (typical < 1) {
      all.add(Warpers.typical(typical, keep));
    }
    double epsilon = options.get(EPSILON_CUTOFF, 0.0);
    if (epsilon > 0 && epsilon < 1) {
      all.add(Warpers.epsilon(epsilon, keep));
    }
    double eta = options.get(ETA_CUTOFF, 0.0);
    if (eta > 0 && eta < 1) {
      all.add(Warpers.eta(eta, keep));
    }
  }

  private static int[] ids(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }
}
