package io.parlance.generation;

import io.parlance.generation.constraint.ConstraintState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Token ids that grow at their end. Not thread-safe. */
final class TokenSequence {
  private final int prompt;
  private int[] ids;
  private int length;
  private @Nullable ConstraintState constraintState;
  private int constraintLength;

  /** A copy of the tokens that the sequence begins with. */
  TokenSequence(int[] prompt) {
    this.prompt = prompt.length;
    this.ids = Arrays.copyOf(prompt, prompt.length + 32);
    this.length = prompt.length;
  }

  private TokenSequence(TokenSequence other) {
    this.prompt = other.prompt;
    this.ids = other.ids.clone();
    this.length = other.length;
    this.constraintState = other.constraintState;
    this.constraintLength = other.constraintLength;
  }

  TokenSequence copy() {
    return new TokenSequence(this);
  }

  void add(int token) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, length * 2);
    }
    ids[length++] = token;
  }

  /** Takes tokens away from the end. */
  void shorten(int newLength) {
    length = newLength;
    if (newLength < constraintLength) {
      constraintState = null;
    }
  }

  /** What was last remembered of its constraint; null where nothing was. */
  @Nullable ConstraintState constraintState() {
    return constraintState;
  }

  /** The length at which {@link #constraintState} was remembered. */
  int constraintLength() {
    return constraintLength;
  }

  void constraintState(ConstraintState state, int atLength) {
    constraintState = state;
    constraintLength = atLength;
  }

  int length() {
    return length;
  }

  /** Tokens that it began with. */
  int promptLength() {
    return prompt;
  }

  int newTokens() {
    return length - prompt;
  }

  int at(int index) {
    return ids[index];
  }

  int last() {
    return ids[length - 1];
  }

  /** The tokens after the prompt. */
  int[] generated() {
    return Arrays.copyOfRange(ids, prompt, length);
  }

  int[] toArray() {
    return Arrays.copyOf(ids, length);
  }

  /** Whether it ends with the first {@code count} of the given tokens. */
  boolean endsWith(int[] tokens, int count) {
    return count <= length && Arrays.equals(ids, length - count, length, tokens, 0, count);
  }
}
