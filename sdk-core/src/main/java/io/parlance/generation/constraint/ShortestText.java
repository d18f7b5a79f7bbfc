package io.parlance.generation.constraint;

import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a way to complete a text with few tokens where the costs of the grammar say that it
 * takes too many: those do not know tokens that reach beyond a rule. A way that is found is
 * remembered by the states on it.
 */
final class ShortestText {
  /** States that are looked at before it is given up. */
  private static final int MOST_STATES = 2000;

  private final GrammarAutomaton automaton;
  private final ConstraintVocabulary vocabulary;
  private final Map<ConstraintState, Step> seen = new IdentityHashMap<>();
  private final PriorityQueue<Step> open =
      new PriorityQueue<>(Comparator.comparingInt(step -> step.tokens + step.state.need()));

  ShortestText(GrammarAutomaton automaton, ConstraintVocabulary vocabulary) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
  }

  /** A state after so many tokens. */
  private record Step(ConstraintState state, int tokens, @Nullable Step before) {}

  /** Whether a text is complete after at most so many tokens. */
  boolean find(ConstraintState from, boolean atBeginning, int most) {
    open.add(new Step(from, 0, null));
    for (int looked = 0; looked < MOST_STATES && !open.isEmpty(); looked++) {
      Step step = open.remove();
      Step known = seen.get(step.state);
      if (known != null && known.tokens < step.tokens) {
        continue;
      }
      Step found = expand(step, atBeginning && step.before == null, most);
      if (found != null) {
        remember(found);
        return true;
      }
    }
    return false;
  }

  private @Nullable Step expand(Step step, boolean atBeginning, int most) {
    int tokens = step.tokens + 1;
    Step[] found = new Step[1];
    automaton.walk(
        step.state,
        vocabulary.trie(atBeginning),
        (token, next) -> {
          Step known = seen.get(next);
          if (found[0] != null || known != null && known.tokens <= tokens) {
            return;
          }
          Step to = new Step(next, tokens, step);
          if (tokens + next.need() <= most) {
            found[0] = to;
          } else if (tokens < most) {
            seen.put(next, to);
            open.add(to);
          }
        });
    return found[0];
  }

  private static void remember(Step end) {
    int all = end.tokens + end.state.need();
    for (Step step = end; step != null; step = step.before) {
      step.state.lowerNeed(all - step.tokens);
    }
  }
}
