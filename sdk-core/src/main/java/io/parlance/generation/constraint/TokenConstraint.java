package io.parlance.generation.constraint;

import io.parlance.InvalidInputException;
import io.parlance.NlpException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A constraint in the tokens of one vocabulary: which may come next, so that the text still can be
 * completed with the tokens that are left. Thread-safe.
 */
public final class TokenConstraint {
  private final String name;
  private final ConstraintVocabulary vocabulary;
  private final GrammarAutomaton automaton;
  private volatile @Nullable FirstMask firstMask;

  /** What the constraint is made of, for messages, and its texts in the tokens of a vocabulary. */
  TokenConstraint(String name, Grammar grammar, ConstraintVocabulary vocabulary) {
    this.name = name;
    this.vocabulary = vocabulary;
    automaton = new GrammarAutomaton(grammar, Costs.of(grammar, vocabulary.trie(false)));
  }

  /** The mask at the beginning of a text where tokens have other bytes there. */
  private record FirstMask(ConstraintState start, TokenMask mask) {}

  /** Before the first token. */
  public ConstraintState start() {
    return automaton.start();
  }

  /**
   * The state after a token that may come next.
   *
   * @param atBeginning whether the token is the first of its text
   */
  public ConstraintState next(ConstraintState state, int token, boolean atBeginning) {
    byte[] bytes = vocabulary.bytes(token, atBeginning);
    if (bytes == null) {
      return GrammarAutomaton.DEAD;
    }
    ConstraintState now = state;
    for (byte each : bytes) {
      now = automaton.step(now, each & 0xFF);
    }
    return now;
  }

  /** Whether tokens have any text, so that what follows is not at the beginning of one. */
  public boolean hasText(int[] tokens) {
    return Arrays.stream(tokens).anyMatch(token -> vocabulary.bytes(token, false) != null);
  }

  /** Reads tokens as text, as the constraint does. */
  public ConstrainedText text(boolean atBeginning) {
    return new ConstrainedText(vocabulary, atBeginning);
  }

  /**
   * Makes sure that a text can be completed.
   *
   * @param tokens that there may be
   * @param ends tokens that can end it
   * @throws InvalidInputException if it takes more
   */
  public void requireRoom(boolean atBeginning, int tokens, int[] ends) {
    ConstraintState start = start();
    if (start.isAccepting() && ends.length > 0
        || affordable(start, atBeginning, tokens).hasRoom(tokens)) {
      return;
    }
    if (start.need() >= Costs.NEVER || start.isComplete()) {
      throw new InvalidInputException(
          name + " allows no text that the model's vocabulary can spell; change it");
    }
    throw new InvalidInputException(
        name
            + " cannot be met with "
            + tokens
            + " new tokens, about "
            + start.need()
            + " are enough; raise max_new_tokens, or allow shorter texts");
  }

  /**
   * Leaves only the scores of tokens after which the text can be completed with the tokens that are
   * left then; others become negative infinity. Where all those are forbidden by what came before,
   * the constraint wins, and they get the scores of the model.
   *
   * @param remaining tokens that there may be yet, the next one included
   * @param raw the model's scores
   * @param kept room for as many scores
   * @param ends tokens that end the text, allowed where it may end
   */
  public void restrict(
      ConstraintState state,
      boolean atBeginning,
      int remaining,
      float[] scores,
      float[] raw,
      float[] kept,
      int[] ends) {
    TokenMask mask = affordable(state, atBeginning, remaining);
    float best = keep(mask, remaining, state, ends, scores, kept);
    if (best == Float.NEGATIVE_INFINITY) {
      for (int i = 0; i < raw.length; i++) {
        boolean usable = raw[i] > Float.NEGATIVE_INFINITY; // NaN is not
        raw[i] = usable ? raw[i] : -Float.MAX_VALUE;
      }
      best = keep(mask, remaining, state, ends, raw, kept);
    }
    if (best == Float.NEGATIVE_INFINITY) {
      throw new NlpException(
          name + " leaves no token that could come next, though its text is not complete");
    }
    System.arraycopy(kept, 0, scores, 0, scores.length);
  }

  private static float keep(
      TokenMask mask,
      int remaining,
      ConstraintState state,
      int[] ends,
      float[] from,
      float[] kept) {
    Arrays.fill(kept, Float.NEGATIVE_INFINITY);
    float best = Float.NEGATIVE_INFINITY;
    int room = Math.min(remaining, TokenMask.MOST);
    for (int i = 0; i < mask.size(); i++) {
      if (mask.needs()[i] < room) {
        int token = mask.tokens()[i];
        kept[token] = from[token];
        best = Math.max(best, from[token]);
      }
    }
    if (state.isAccepting()) {
      for (int end : ends) {
        if (end < from.length) {
          kept[end] = from[end];
          best = Math.max(best, from[end]);
        }
      }
    }
    return best;
  }

  /** Tokens that may come next; some with which the text can be completed, if there are any. */
  private TokenMask affordable(ConstraintState state, boolean atBeginning, int remaining) {
    TokenMask mask = mask(state, atBeginning);
    if (mask.hasRoom(remaining) || state.isAccepting() || state.frames().length == 0) {
      return mask;
    }
    // what is remembered may be older than shorter ways that were found since
    TokenMask now = collect(state, atBeginning);
    if (!now.hasRoom(remaining)
        && new ShortestText(automaton, vocabulary).find(state, atBeginning, remaining)) {
      now = collect(state, atBeginning);
    }
    return now;
  }

  private TokenMask mask(ConstraintState state, boolean atBeginning) {
    if (atBeginning && vocabulary.trie(true) != vocabulary.trie(false)) {
      FirstMask known = firstMask;
      if (known == null || known.start != state) {
        known = new FirstMask(state, collect(state, true));
        firstMask = known;
      }
      return known.mask;
    }
    TokenMask known = state.mask();
    if (known == null) {
      known = collect(state, false);
      state.remember(known);
      automaton.count(known);
    }
    return known;
  }

  private TokenMask collect(ConstraintState state, boolean atBeginning) {
    TokenMask.Builder mask = new TokenMask.Builder();
    automaton.walk(
        state,
        vocabulary.trie(atBeginning),
        (token, next) -> {
          if (next.need() < Costs.NEVER) { // else the vocabulary cannot spell how it would go on
            mask.add(token, next.need());
          }
        });
    return mask.build();
  }
}
