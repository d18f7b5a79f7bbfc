package io.parlance.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.TestModels;
import io.parlance.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A model of random logits: writes constrained texts with the tokens of a real tokenizer. */
final class RandomWriter implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final ConstraintVocabulary vocabulary;
  private final int end;

  RandomWriter(String model) {
    tokenizer = Tokenizer.load(TestModels.folder(model));
    end = tokenizer.vocabularySize() - 1; // whether it is special or not
    vocabulary = ConstraintVocabulary.of(tokenizer, tokenizer.vocabularySize(), new int[] {end});
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  ConstraintVocabulary vocabulary() {
    return vocabulary;
  }

  /** What was written, and how it ended. */
  record Written(String text, int[] tokens, boolean ended) {}

  /**
   * Writes with at most so many tokens; the tokenizer's own decoder has the last word on what the
   * text is.
   */
  Written write(TokenConstraint constraint, int most, Random random) {
    int[] ends = {end};
    constraint.requireRoom(true, most, ends);
    float[] raw = new float[tokenizer.vocabularySize()];
    float[] kept = new float[raw.length];
    ConstraintState state = constraint.start();
    List<Integer> tokens = new ArrayList<>();
    boolean ended = false;
    while (tokens.size() < most && !state.isComplete() && !ended) {
      for (int i = 0; i < raw.length; i++) {
        raw[i] = (float) (2 * random.nextGaussian());
      }
      boolean first = tokens.isEmpty();
      constraint.restrict(state, first, most - tokens.size(), raw, raw.clone(), kept, ends);
      int token = argmax(raw);
      ended = token == end;
      if (!ended) {
        state = constraint.next(state, token, first);
        tokens.add(token);
      }
    }
    assertThat(state.isAccepting()).isTrue();
    int[] all = tokens.stream().mapToInt(Integer::intValue).toArray();
    String text = constraint.text(true).addAll(all);
    assertThat(tokenizer.decode(all, true)).as("%s", Arrays.toString(all)).isEqualTo(text);
    return new Written(text, all, ended);
  }

  private static int argmax(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
