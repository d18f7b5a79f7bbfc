package io.parlance.generation.constraint;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How numbers between bounds are written in JSON: in full, without exponents, plus signs, leading
 * zeros or negative zero. A magnitude is compared digit by digit.
 */
final class JsonNumbers {
  /** Digits before the point where bounds need no more: a double tells such integers apart. */
  private static final int WHOLE_DIGITS = 15;

  /** Digits after the point where bounds need no more. */
  private static final int FRACTION_DIGITS = 6;

  private static final Automaton DIGIT = BasicAutomata.makeCharRange('0', '9');
  private static final Automaton DIGITS = DIGIT.repeat();

  private JsonNumbers() {}

  /**
   * One end of a range.
   *
   * @param exclusive whether the value itself is outside
   */
  record Bound(BigDecimal value, boolean exclusive) {}

  /** Numbers of at least {@code low} and at most {@code high}; null for no bound. */
  static Automaton between(
      @Nullable Bound low, @Nullable Bound high, boolean integer, int fractionDigits) {
    Automaton shape = shape(low, high, integer, fractionDigits);
    Automaton positive = shape;
    Automaton negative = shape.intersection(above(BigDecimal.ZERO)); // there is no -0
    if (low != null) {
      BigDecimal bound = low.value.abs();
      if (low.value.signum() >= 0) {
        positive = positive.intersection(low.exclusive ? above(bound) : from(bound));
        negative = BasicAutomata.makeEmpty();
      } else {
        negative = negative.minus(low.exclusive ? from(bound) : above(bound));
      }
    }
    if (high != null) {
      BigDecimal bound = high.value.abs();
      if (high.value.signum() < 0) {
        positive = BasicAutomata.makeEmpty();
        negative = negative.intersection(high.exclusive ? above(bound) : from(bound));
      } else {
        positive = positive.minus(high.exclusive ? from(bound) : above(bound));
      }
    }
    Automaton all = positive.union(BasicAutomata.makeChar('-').concatenate(negative));
    all.minimize();
    return all;
  }

  /** Multiples of a number, as magnitudes with an optional sign. */
  static Automaton multiples(int divisor) {
    State[] remainders = new State[divisor];
    for (int i = 0; i < divisor; i++) {
      remainders[i] = new State();
    }
    for (int i = 0; i < divisor; i++) {
      for (int digit = 0; digit < 10; digit++) {
        State next = remainders[(10 * i + digit) % divisor];
        remainders[i].addTransition(new Transition((char) ('0' + digit), next));
      }
    }
    remainders[0].setAccept(true);
    Automaton automaton = new Automaton();
    automaton.setInitialState(remainders[0]);
    automaton.setDeterministic(true);
    return BasicAutomata.makeChar('-').optional().concatenate(automaton);
  }

  private static Automaton shape(
      @Nullable Bound low, @Nullable Bound high, boolean integer, int fractionDigits) {
    int whole = WHOLE_DIGITS;
    int fraction = FRACTION_DIGITS;
    for (Bound bound : new @Nullable Bound[] {low, high}) {
      if (bound != null) {
        whole = Math.max(whole, whole(bound.value).length());
        fraction = Math.max(fraction, fraction(bound.value).length() + 1);
      }
    }
    Automaton digits =
        BasicOperations.concatenate(
            BasicAutomata.makeCharRange('1', '9'), DIGIT.repeat(0, whole - 1));
    Automaton integers = BasicAutomata.makeChar('0').union(digits);
    int places = fractionDigits < 0 ? fraction : fractionDigits;
    return integer || places == 0
        ? integers
        : integers.concatenate(point(DIGIT.repeat(1, places)).optional());
  }

  private static Automaton point(Automaton fraction) {
    return BasicAutomata.makeChar('.').concatenate(fraction);
  }

  private static String whole(BigDecimal magnitude) {
    return magnitude.abs().toBigInteger().toString();
  }

  private static String fraction(BigDecimal magnitude) {
    String plain = magnitude.abs().stripTrailingZeros().toPlainString();
    int at = plain.indexOf('.');
    return at < 0 ? "" : plain.substring(at + 1);
  }

  /** Magnitudes above one. */
  private static Automaton above(BigDecimal magnitude) {
    String whole = whole(magnitude);
    String fraction = fraction(magnitude);
    Automaton anyFraction = point(DIGITS).optional();
    List<Automaton> all = new ArrayList<>();
    Automaton longer =
        BasicOperations.concatenate(
            List.of(
                BasicAutomata.makeCharRange('1', '9'),
                DIGIT.repeat(whole.length(), whole.length()),
                DIGITS));
    all.add(longer.concatenate(anyFraction));
    for (int i = 0; i < whole.length(); i++) {
      int rest = whole.length() - 1 - i;
      all.add(
          BasicOperations.concatenate(
              List.of(higher(whole, i), DIGIT.repeat(rest, rest), anyFraction)));
    }
    List<Automaton> fractions = new ArrayList<>();
    for (int i = 0; i < fraction.length(); i++) {
      fractions.add(higher(fraction, i).concatenate(DIGITS));
    }
    fractions.add(
        BasicOperations.concatenate(
            List.of(
                BasicAutomata.makeString(fraction),
                DIGITS,
                BasicAutomata.makeCharRange('1', '9'),
                DIGITS)));
    all.add(BasicAutomata.makeString(whole).concatenate(point(BasicOperations.union(fractions))));
    return BasicOperations.union(all);
  }

  /** The digits before a place, and a higher one there. */
  private static Automaton higher(String digits, int place) {
    char digit = digits.charAt(place);
    Automaton next =
        digit == '9'
            ? BasicAutomata.makeEmpty()
            : BasicAutomata.makeCharRange((char) (digit + 1), '9');
    return BasicAutomata.makeString(digits.substring(0, place)).concatenate(next);
  }

  /** A magnitude, however it is written, and those above. */
  private static Automaton from(BigDecimal magnitude) {
    String fraction = fraction(magnitude);
    Automaton zeros = BasicAutomata.makeChar('0').repeat();
    Automaton same =
        fraction.isEmpty()
            ? point(zeros).optional()
            : point(BasicAutomata.makeString(fraction).concatenate(zeros));
    return above(magnitude).union(BasicAutomata.makeString(whole(magnitude)).concatenate(same));
  }
}
