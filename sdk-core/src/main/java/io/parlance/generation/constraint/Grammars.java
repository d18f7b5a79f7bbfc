package io.parlance.generation.constraint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dk.brics.automaton.Automaton;
import dk.brics.automaton.BasicOperations;
import io.parlance.InvalidInputException;

/** The grammars of constraints; the latest are remembered. */
final class Grammars {
  private static final Cache<Constraint, Grammar> KNOWN =
      Caffeine.newBuilder().maximumSize(32).build();

  private Grammars() {}

  /**
   * The texts that a constraint allows.
   *
   * @throws InvalidInputException if it is wrong, or cannot be enforced
   */
  static Grammar of(Constraint constraint) {
    return KNOWN.get(constraint, Grammars::compile);
  }

  private static Grammar compile(Constraint constraint) {
    if (constraint instanceof Constraint.Schema schema) {
      return JsonSchemaCompiler.compile(schema.schema());
    }
    if (constraint instanceof Constraint.Choices choices) {
      Automaton texts =
          BasicOperations.union(choices.texts().stream().map(CodePoints::text).toList());
      texts.determinize();
      return grammar(texts);
    }
    String expression = ((Constraint.Regex) constraint).expression();
    return grammar(RegexCompiler.compile(expression, 0, false, CodePoints::utf8));
  }

  private static Grammar grammar(Automaton texts) {
    Grammar.Builder grammar = new Grammar.Builder();
    grammar.end(grammar.automaton(grammar.start(grammar.rule()), texts));
    return grammar.build();
  }
}
