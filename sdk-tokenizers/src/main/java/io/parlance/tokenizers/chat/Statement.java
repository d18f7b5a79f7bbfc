package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Expression.Call;
import io.parlance.tokenizers.chat.Expression.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template does; lines are counted from 1. */
sealed interface Statement {
  int line();

  record Text(String text, int line) implements Statement {}

  record Output(Expression value, int line) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

  record Branch(Expression test, List<Statement> body) {}

  record For(
      Target target,
      Expression items,
      @Nullable Expression condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  /** {@code {% set x %}...{% endset %}}, with filters where it names some. */
  record AssignBlock(Target target, List<Step> filters, List<Statement> body, int line)
      implements Statement {}

  record MacroDefinition(String name, Signature signature, List<Statement> body, int line)
      implements Statement {}

  record CallBlock(Signature signature, Call call, List<Statement> body, int line)
      implements Statement {}

  record FilterBlock(List<Step> filters, List<Statement> body, int line) implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {}

  /** A block with variables of its own that is rendered as it stands. */
  record Group(List<Statement> body, int line) implements Statement {}

  /** {@code break} or {@code continue}. */
  record Jump(boolean leavesLoop, int line) implements Statement {}

  /** The parameters of a macro; the last ones have default values. */
  record Signature(List<String> names, List<Expression> defaults) {}

  /** What can be assigned to. */
  sealed interface Target {}

  record NameTarget(String name) implements Target {}

  record NamespaceTarget(String namespace, String attribute) implements Target {}

  record TupleTarget(List<Target> targets) implements Target {}
}
