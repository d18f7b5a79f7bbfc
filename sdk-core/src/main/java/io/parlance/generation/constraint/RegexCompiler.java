package io.parlance.generation.constraint;

import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicAutomata;
import dk.brics.automaton.BasicOperations;
import dk.brics.automaton.State;
import dk.brics.automaton.Transition;
import io.parlance.InvalidInputException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Makes automata of regular expressions in the syntax of {@code java.util.regex}. What reads more
 * than a regular language (references to groups, looking ahead or behind, atomic and possessive
 * matching) is refused by name. Texts are thought to stand between two marks, which anchors read.
 */
final class RegexCompiler {
  private static final char BEGIN = 0x100; // bytes come before
  private static final char END = 0x101;

  private static final Map<Character, Integer> FLAGS =
      Map.of(
          'i', Pattern.CASE_INSENSITIVE,
          'm', Pattern.MULTILINE,
          's', Pattern.DOTALL,
          'u', Pattern.UNICODE_CASE,
          'd', Pattern.UNIX_LINES,
          'U', Pattern.UNICODE_CHARACTER_CLASS,
          'x', Pattern.COMMENTS,
          'c', Pattern.CANON_EQ);

  /** States that repetition may make. */
  private static final long MOST_STATES = 200_000;

  private final String regex;
  private final Function<BitSet, Automaton> characters;
  private int at;
  private int flags;
  private boolean anchored;

  private RegexCompiler(String regex, int flags, Function<BitSet, Automaton> characters) {
    this.regex = regex;
    this.flags = flags;
    this.characters = characters;
  }

  /**
   * The texts that an expression matches.
   *
   * @param flags of {@link Pattern}
   * @param within whether it matches where it matches a part of the text, as {@code find}
   * @param characters one character of a set, as it is spelled in the text
   * @throws InvalidInputException if the expression is wrong or cannot be enforced
   */
  static Automaton compile(
      String regex, int flags, boolean within, Function<BitSet, Automaton> characters) {
    String source = (flags & Pattern.LITERAL) == 0 ? regex : Pattern.quote(regex);
    int usable = flags & ~Pattern.LITERAL;
    try {
      Pattern.compile(source, usable);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "the regular expression '" + regex + "' is wrong: " + e.getMessage(), e);
    }
    RegexCompiler compiler = new RegexCompiler(source, usable, characters);
    compiler.refuseFlags(usable);
    Automaton automaton = compiler.whole(within);
    automaton.removeDeadTransitions();
    if (automaton.isEmpty()) {
      throw new InvalidInputException("the regular expression '" + regex + "' matches no text");
    }
    return automaton;
  }

  /** An expression with the flags of a pattern written into it. */
  static String inline(Pattern pattern) {
    int given = pattern.flags();
    String source =
        (given & Pattern.LITERAL) == 0 ? pattern.pattern() : Pattern.quote(pattern.pattern());
    StringBuilder letters = new StringBuilder();
    FLAGS.forEach((letter, flag) -> letters.append((given & flag) == 0 ? "" : letter.toString()));
    return letters.isEmpty() ? source : "(?" + letters + ")" + source;
  }

  private Automaton whole(boolean within) {
    Automaton own = alternatives();
    Automaton any = characters.apply(CodePoints.all());
    if (!anchored) {
      return within ? BasicOperations.concatenate(List.of(any.repeat(), own, any.repeat())) : own;
    }
    Automaton begin = BasicAutomata.makeChar(BEGIN);
    Automaton end = BasicAutomata.makeChar(END);
    Automaton before = begin.optional();
    Automaton after = end.optional();
    if (within) {
      before = BasicOperations.union(List.of(begin, any, end)).repeat();
      after = before.clone();
    }
    Automaton marked = BasicOperations.concatenate(List.of(before, own, after));
    Automaton text = BasicOperations.concatenate(List.of(begin, any.repeat(), end));
    return withoutMarks(marked.intersection(text));
  }

  /** Takes the marks away from an automaton of texts that all have them. */
  private static Automaton withoutMarks(Automaton marked) {
    marked.expandSingleton();
    List<State> lasts = new ArrayList<>();
    List<State> firsts = new ArrayList<>();
    for (State state : marked.getStates()) {
      for (Transition each : state.getTransitions()) {
        if (each.getMin() == END) {
          lasts.add(state);
        }
        if (each.getMin() == BEGIN) {
          firsts.add(each.getDest());
        }
      }
    }
    marked.getStates().forEach(state -> state.setAccept(lasts.contains(state)));
    State start = new State();
    for (State first : firsts) {
      first.getTransitions().forEach(start.getTransitions()::add);
      start.setAccept(start.isAccept() || first.isAccept());
    }
    marked.setInitialState(start);
    marked.getStates().forEach(s -> s.getTransitions().removeIf(each -> each.getMin() >= BEGIN));
    marked.setDeterministic(false);
    return marked;
  }

  private void refuseFlags(int given) {
    if ((given & Pattern.COMMENTS) != 0) {
      throw unsupported("the flag COMMENTS (x)");
    }
    if ((given & Pattern.CANON_EQ) != 0) {
      throw unsupported("the flag CANON_EQ");
    }
  }

  private InvalidInputException unsupported(String what) {
    return new InvalidInputException(
        "the regular expression '"
            + regex
            + "' has "
            + what
            + ", which cannot be enforced while a text is written; write it without");
  }

  private Automaton alternatives() {
    int outer = flags;
    List<Automaton> all = new ArrayList<>(List.of(sequence()));
    while (at < regex.length() && regex.charAt(at) == '|') {
      at++;
      all.add(sequence());
    }
    flags = outer;
    return all.size() == 1 ? all.get(0) : BasicOperations.union(all);
  }

  private Automaton sequence() {
    List<Automaton> parts = new ArrayList<>();
    while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
      parts.add(quantified(atom()));
    }
    return parts.isEmpty() ? BasicAutomata.makeEmptyString() : BasicOperations.concatenate(parts);
  }

  private Automaton quantified(Automaton atom) {
    Automaton all = atom;
    while (at < regex.length() && "*+?{".indexOf(regex.charAt(at)) >= 0) {
      char quantifier = regex.charAt(at++);
      int least = quantifier == '+' ? 1 : 0;
      int most = quantifier == '?' ? 1 : Integer.MAX_VALUE;
      if (quantifier == '{') {
        int close = regex.indexOf('}', at);
        String[] bounds = regex.substring(at, close).split(",", -1);
        at = close + 1;
        least = Integer.parseInt(bounds[0].strip());
        most =
            bounds.length == 1
                ? least
                : bounds[1].isBlank() ? Integer.MAX_VALUE : Integer.parseInt(bounds[1].strip());
      }
      if (at < regex.length() && regex.charAt(at) == '+') {
        throw unsupported("the possessive quantifier at " + at);
      }
      if (at < regex.length() && regex.charAt(at) == '?') {
        at++; // the same texts, whatever is tried first
      }
      all = repeat(all, least, most);
    }
    return all;
  }

  private Automaton repeat(Automaton each, int least, int most) {
    long copies = most == Integer.MAX_VALUE ? Math.max(least, 1) : most;
    if (copies * each.getNumberOfStates() > MOST_STATES) {
      throw new InvalidInputException(
          "the regular expression '"
              + regex
              + "' repeats so much that it needs more than "
              + MOST_STATES
              + " states; lower its counts");
    }
    return most == Integer.MAX_VALUE ? each.repeat(least) : each.repeat(least, most);
  }

  private Automaton atom() {
    char first = regex.charAt(at);
    return switch (first) {
      case '(' -> group();
      case '[' -> set(classEnd(at));
      case '^' -> anchor(BEGIN, 1);
      case '$' -> anchor(END, 1);
      case '\\' -> escape();
      case '.' -> set(at + 1);
      default -> literal(regex.codePointAt(at), Character.charCount(regex.codePointAt(at)));
    };
  }

  private Automaton anchor(char mark, int length) {
    if ((flags & Pattern.MULTILINE) != 0 && length == 1) {
      throw unsupported("an anchor under the flag MULTILINE (m)");
    }
    at += length;
    anchored = true;
    return BasicAutomata.makeChar(mark);
  }

  private Automaton literal(int point, int length) {
    if ((flags & Pattern.CASE_INSENSITIVE) != 0) {
      return set(at + length);
    }
    at += length;
    return one(point);
  }

  private Automaton one(int point) {
    BitSet single = new BitSet();
    single.set(point);
    return characters.apply(single);
  }

  /** What the expression from here to {@code end} matches, which is one character. */
  private Automaton set(int end) {
    String source = regex.substring(at, end);
    at = end;
    BitSet set = CharacterSets.of(source, flags);
    return set.isEmpty() ? BasicAutomata.makeEmpty() : characters.apply(set);
  }

  private int classEnd(int open) {
    int depth = 0;
    for (int i = open; i < regex.length(); i++) {
      char each = regex.charAt(i);
      if (each == '\\') {
        i = regex.startsWith("\\Q", i) ? regex.indexOf("\\E", i) + 1 : i + 1;
      } else if (each == '[') {
        depth++;
        i += regex.startsWith("^", i + 1) ? 1 : 0;
        i += regex.startsWith("]", i + 1) ? 1 : 0; // the first one stands for itself
      } else if (each == ']' && --depth == 0) {
        return i + 1;
      }
    }
    throw unsupported("a character class at " + open + " that is not read");
  }

  private Automaton group() {
    at++;
    int outer = flags;
    if (regex.startsWith("?", at)) {
      at++;
      if (regex.startsWith("<", at) && !regex.startsWith("<=", at) && !regex.startsWith("<!", at)) {
        at = regex.indexOf('>', at) + 1;
      } else if ("=!<>".indexOf(regex.charAt(at)) >= 0) {
        throw unsupported(
            (regex.charAt(at) == '>' ? "the atomic group" : "the look-around") + " at " + (at - 2));
      } else if (inlineFlags()) {
        return BasicAutomata.makeEmptyString();
      }
    }
    Automaton inside = alternatives();
    at++;
    flags = outer;
    return inside;
  }

  /** Reads flags and what ends them; whether they were all that the group has. */
  private boolean inlineFlags() {
    boolean on = true;
    while (true) {
      char each = regex.charAt(at++);
      int bit = FLAGS.getOrDefault(each, 0);
      flags = on ? flags | bit : flags & ~bit; // U implies what u says; the classes know
      refuseFlags(flags);
      if (each == '-') {
        on = false;
      } else if (each == ':' || each == ')') {
        return each == ')';
      }
    }
  }

  private Automaton escape() {
    char kind = regex.charAt(at + 1);
    return switch (kind) {
      case 'Q' -> quotation();
      case 'A' -> anchor(BEGIN, 2);
      case 'z', 'Z' -> anchor(END, 2);
      case 'b', 'B' -> throw unsupported("the word boundary at " + at);
      case 'G' -> throw unsupported("\\G at " + at);
      case 'R', 'X' -> throw unsupported("\\" + kind + " at " + at);
      case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
          throw unsupported("the reference to a group at " + at);
      default -> set(escapeEnd());
    };
  }

  private int escapeEnd() {
    int next = at + 2;
    boolean braced = regex.startsWith("{", next);
    return switch (regex.charAt(at + 1)) {
      case 'p', 'P', 'N' -> braced ? regex.indexOf('}', next) + 1 : next + 1;
      case 'x' -> braced ? regex.indexOf('}', next) + 1 : next + 2;
      case 'c' -> next + 1;
      case 'u' -> {
        int end = next + 4;
        boolean high = Character.isHighSurrogate((char) Integer.parseInt(regex, next, end, 16));
        yield high && regex.startsWith("\\u", end) ? end + 6 : end;
      }
      case '0' -> {
        int end = next;
        int most = regex.charAt(next) <= '3' ? 3 : 2;
        while (end < regex.length() && end < next + most && isOctal(regex.charAt(end))) {
          end++;
        }
        yield end;
      }
      default -> next - 1 + Character.charCount(regex.codePointAt(at + 1));
    };
  }

  private static boolean isOctal(char digit) {
    return digit >= '0' && digit <= '7';
  }

  private Automaton quotation() {
    int close = regex.indexOf("\\E", at);
    int end = close < 0 ? regex.length() : close;
    List<Automaton> parts = new ArrayList<>();
    int[] points = regex.substring(at + 2, end).codePoints().toArray();
    at = close < 0 ? end : close + 2;
    for (int i = 0; i < points.length; i++) {
      Automaton each =
          (flags & Pattern.CASE_INSENSITIVE) == 0
              ? one(points[i])
              : characters.apply(
                  CharacterSets.of(Pattern.quote(Character.toString(points[i])), flags));
      parts.add(i == points.length - 1 ? quantified(each) : each); // it belongs to the last one
    }
    return parts.isEmpty() ? BasicAutomata.makeEmptyString() : BasicOperations.concatenate(parts);
  }
}
