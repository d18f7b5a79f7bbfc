package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Expression.Step;
import io.parlance.tokenizers.chat.Statement.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the statements of a template once. */
final class Renderer {
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final Evaluator evaluator;
  private final Budget budget;
  private final StringBuilder result = new StringBuilder();
  private int line = 1;

  Renderer(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  Evaluator evaluator() {
    return evaluator;
  }

  /** The line of the statement that runs. */
  int line() {
    return line;
  }

  String render(List<Statement> statements, Scope scope) {
    run(statements, scope, result);
    return result.toString();
  }

  Object evaluate(Expression expression, Scope scope) {
    return evaluator.evaluate(expression, scope);
  }

  /** The text that statements make, for macros and variables. */
  String capture(List<Statement> statements, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(statements, scope, out);
    return out.toString();
  }

  private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
    budget.enter();
    Flow flow = Flow.ON;
    for (int i = 0; i < statements.size() && flow == Flow.ON; i++) {
      budget.step();
      flow = run(statements.get(i), scope, out);
    }
    budget.leave();
    return flow;
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    line = statement.line();
    if (statement instanceof Statement.Text text) {
      write(text.text(), out);
    } else if (statement instanceof Statement.Output output) {
      write(evaluator.text(evaluate(output.value(), scope)), out);
    } else if (statement instanceof Statement.If condition) {
      return run(condition, scope, out);
    } else if (statement instanceof Statement.For loop) {
      return run(loop, scope, out, loop.items(), null, 1);
    } else if (statement instanceof Statement.Jump jump) {
      return jump.leavesLoop() ? Flow.BREAK : Flow.CONTINUE;
    } else if (statement instanceof Statement.Group group) {
      return run(group.body(), new Scope(scope), out);
    } else if (statement instanceof Statement.With with) {
      Scope inner = new Scope(scope);
      for (int i = 0; i < with.targets().size(); i++) {
        assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
      }
      return run(with.body(), inner, out);
    } else {
      define(statement, scope, out);
    }
    return Flow.ON;
  }

  private void define(Statement statement, Scope scope, StringBuilder out) {
    if (statement instanceof Statement.Assign assign) {
      assign(assign.target(), evaluate(assign.value(), scope), scope);
    } else if (statement instanceof Statement.AssignBlock block) {
      Object text = capture(block.body(), new Scope(scope));
      assign(block.target(), filtered(text, block.filters(), scope), scope);
    } else if (statement instanceof Statement.FilterBlock block) {
      Object text = capture(block.body(), new Scope(scope));
      write(evaluator.text(filtered(text, block.filters(), scope)), out);
    } else if (statement instanceof Statement.MacroDefinition macro) {
      scope.set(
          macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope, this));
    } else if (statement instanceof Statement.CallBlock block) {
      Object callee = evaluate(block.call().callee(), scope);
      Arguments arguments = evaluator.arguments(block.call().parameters(), scope);
      Map<String, Object> named = new LinkedHashMap<>(arguments.named());
      named.put("caller", new Macro("caller", block.signature(), block.body(), scope, this));
      Object value = evaluator.call(callee, new Arguments(arguments.positional(), named));
      write(evaluator.text(value), out);
    }
  }

  private Object filtered(Object text, List<Step> filters, Scope scope) {
    Object value = text;
    for (Step filter : filters) {
      value = evaluator.filter(value, filter, scope);
    }
    return value;
  }

  private Flow run(Statement.If condition, Scope scope, StringBuilder out) {
    for (Statement.Branch branch : condition.branches()) {
      if (PythonTypes.truth(evaluate(branch.test(), scope))) {
        return run(branch.body(), scope, out);
      }
    }
    return run(condition.otherwise(), scope, out);
  }

  /**
   * Runs a loop.
   *
   * @param given the items of an inner run of a recursive loop, else null
   */
  private Flow run(
      Statement.For loop,
      Scope scope,
      StringBuilder out,
      Expression source,
      @Nullable Object given,
      int depth) {
    Object values = given == null ? evaluate(source, scope) : given;
    List<Object> items = new ArrayList<>(PythonTypes.elements(values, budget));
    Expression condition = loop.condition();
    if (condition != null) {
      items.removeIf(
          item -> {
            Scope inner = new Scope(scope);
            assign(loop.target(), item, inner);
            return !PythonTypes.truth(evaluate(condition, inner));
          });
    }
    Callable recursion =
        loop.recursive()
            ? arguments -> {
              StringBuilder inner = new StringBuilder();
              Object value = arguments.bind("loop", "items").required("items");
              run(loop, scope, inner, source, value, depth + 1);
              return inner.toString();
            }
            : null;
    Loop variable = new Loop(items, depth, budget, recursion);
    for (Object item : items) {
      variable.advance();
      Scope inner = new Scope(scope);
      inner.set("loop", variable);
      assign(loop.target(), item, inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    // A jump in the else block is one of the loop around this one.
    return items.isEmpty() ? run(loop.otherwise(), new Scope(scope), out) : Flow.ON;
  }

  private void assign(Target target, Object value, Scope scope) {
    if (target instanceof Statement.NameTarget name) {
      scope.set(name.name(), value);
    } else if (target instanceof Statement.NamespaceTarget place) {
      if (!(scope.find(place.namespace()) instanceof Namespace namespace)) {
        throw new TemplateFailure(
            "cannot assign to '"
                + place.namespace()
                + "."
                + place.attribute()
                + "': only attributes of a namespace() can be set");
      }
      namespace.attributes().put(place.attribute(), value);
    } else if (target instanceof Statement.TupleTarget tuple) {
      List<Object> values = PythonTypes.elements(value, budget);
      if (values.size() != tuple.targets().size()) {
        throw new TemplateFailure(
            "cannot assign " + values.size() + " values to " + tuple.targets().size() + " names");
      }
      for (int i = 0; i < values.size(); i++) {
        assign(tuple.targets().get(i), values.get(i), scope);
      }
    }
  }

  private void write(String text, StringBuilder out) {
    if (out == result) {
      budget.output(text.length());
    } else {
      budget.allocate(text.length());
    }
    out.append(text);
  }
}
