package io.parlance.tokenizers.chat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a template computes. */
sealed interface Expression {
  record Constant(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record TupleOf(List<Expression> items) implements Expression {}

  record DictOf(List<Expression> keys, List<Expression> values) implements Expression {}

  /** {@code not}, {@code -} or {@code +}. */
  record Unary(String operator, Expression operand) implements Expression {}

  record Binary(String operator, Expression left, Expression right) implements Expression {}

  /** {@code a and b}, or {@code a or b}: gives the operand that decides. */
  record Logical(boolean and, Expression left, Expression right) implements Expression {}

  record Concatenation(List<Expression> parts) implements Expression {}

  /** {@code a < b <= c}. */
  record Comparison(Expression first, List<Link> links) implements Expression {}

  record Link(String operator, Expression right) {}

  record Conditional(Expression test, Expression then, @Nullable Expression otherwise)
      implements Expression {}

  record Attribute(Expression target, String name) implements Expression {}

  record Item(Expression target, Expression index) implements Expression {}

  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  record Call(Expression callee, Parameters parameters) implements Expression {}

  record Filtered(Expression target, Step filter) implements Expression {}

  record Tested(Expression target, Step test, boolean negated) implements Expression {}

  /** One filter or test with its arguments. */
  record Step(String name, Parameters parameters) {}

  /**
   * Arguments as written.
   *
   * @param spread of {@code *list}
   * @param spreadNamed of {@code **mapping}
   */
  record Parameters(
      List<Expression> positional,
      Map<String, Expression> named,
      @Nullable Expression spread,
      @Nullable Expression spreadNamed) {
    static final Parameters EMPTY = new Parameters(List.of(), Map.of(), null, null);
  }
}
