package io.parlance.models.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One dimension of a shape: a number times zero or more named sizes, e.g. {@code 32}, {@code batch}
 * or {@code 4*batch*sequence}. Products stay exact, so that a tensor that was flattened and folded
 * back has the very dimensions it began with.
 *
 * @param factor the numeric part, at least 0
 * @param symbols the named sizes, sorted; empty for a fixed dimension
 */
public record Dimension(long factor, List<String> symbols) {

  private static final AtomicLong UNKNOWN = new AtomicLong();

  public Dimension {
    if (factor < 0) {
      throw new IllegalArgumentException("dimension " + factor + " must not be negative");
    }
    symbols = List.copyOf(symbols);
  }

  /** A fixed size. */
  public static Dimension of(long size) {
    return new Dimension(size, List.of());
  }

  /** A named size that is known only when the graph runs. */
  public static Dimension of(String symbol) {
    return new Dimension(1, List.of(symbol));
  }

  /** A size about which nothing is known; equal only to itself. */
  public static Dimension unknown() {
    return of("unknown_" + UNKNOWN.incrementAndGet());
  }

  /** Whether nothing is known about the size. */
  public boolean isUnknown() {
    return symbols.stream().anyMatch(symbol -> symbol.contains("unknown_"));
  }

  /** Whether the size is known when the graph is built. */
  public boolean isFixed() {
    return symbols.isEmpty() || factor == 0;
  }

  /** Whether this is the fixed size {@code n}. */
  public boolean is(long n) {
    return isFixed() && factor == n;
  }

  /**
   * The fixed size.
   *
   * @throws IllegalStateException if the size is symbolic
   */
  public long size() {
    if (!isFixed()) {
      throw new IllegalStateException("dimension " + this + " has no fixed size");
    }
    return factor;
  }

  /** The product of two dimensions. */
  public Dimension times(Dimension other) {
    List<String> all = new ArrayList<>(symbols);
    all.addAll(other.symbols);
    Collections.sort(all);
    return new Dimension(factor * other.factor, all);
  }

  /** The exact quotient, or null if {@code other} does not divide this dimension. */
  public @Nullable Dimension dividedBy(Dimension other) {
    if (other.factor == 0 || factor % other.factor != 0) {
      return null;
    }
    List<String> left = new ArrayList<>(symbols);
    for (String symbol : other.symbols) {
      if (!left.remove(symbol)) {
        return null;
      }
    }
    return new Dimension(factor / other.factor, left);
  }

  /**
   * The sum; those of different sizes become a name of their own, such as {@code past_sequence +
   * sequence}.
   */
  public Dimension plus(Dimension other) {
    if (isFixed() && other.isFixed()) {
      return of(factor + other.factor);
    }
    if (is(0)) {
      return other;
    }
    if (other.is(0)) {
      return this;
    }
    if (symbols.equals(other.symbols)) {
      return new Dimension(factor + other.factor, symbols);
    }
    return of(this + " + " + other);
  }

  @Override
  public String toString() {
    if (isFixed()) {
      return Long.toString(factor);
    }
    String names = String.join("*", symbols);
    return factor == 1 ? names : factor + "*" + names;
  }
}
