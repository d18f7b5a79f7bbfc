package io.parlance.generation;

import java.util.Arrays;

/** Token ids that grow at their end. Not thread-safe. */
final class TokenSequence {
  private final int prompt;
  private int[] ids;
  private int length;

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
