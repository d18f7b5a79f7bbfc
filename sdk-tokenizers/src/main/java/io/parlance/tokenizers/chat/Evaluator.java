package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Expression.Parameters;
import io.parlance.tokenizers.chat.Expression.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes expressions. */
final class Evaluator {
  private final Budget budget;
  private final Operators operators;
  private final Attributes attributes;

  Evaluator(Budget budget) {
    this.budget = budget;
    this.operators = new Operators(budget);
    this.attributes = new Attributes(budget, operators);
  }

  Budget budget() {
    return budget;
  }

  Operators operators() {
    return operators;
  }

  Attributes attributes() {
    return attributes;
  }

  String text(Object value) {
    return PythonText.of(value, budget);
  }

  Object evaluate(Expression expression, Scope scope) {
    budget.enter();
    Object value = compute(expression, scope);
    budget.leave();
    return value;
  }

  private Object compute(Expression expression, Scope scope) {
    if (expression instanceof Expression.Constant constant) {
      return constant.value();
    }
    if (expression instanceof Expression.Name name) {
      Object value = scope.find(name.name());
      return value == null ? Undefined.name(name.name()) : value;
    }
    if (expression instanceof Expression.Attribute attribute) {
      return attributes.attribute(evaluate(attribute.target(), scope), attribute.name());
    }
    if (expression instanceof Expression.Item item) {
      return attributes.element(evaluate(item.target(), scope), evaluate(item.index(), scope));
    }
    if (expression instanceof Expression.Filtered filtered) {
      return filter(evaluate(filtered.target(), scope), filtered.filter(), scope);
    }
    if (expression instanceof Expression.Call call) {
      return call(evaluate(call.callee(), scope), arguments(call.parameters(), scope));
    }
    if (expression instanceof Expression.Tested tested) {
      Step test = tested.test();
      boolean passed =
          Tests.test(
              test.name(),
              evaluate(tested.target(), scope),
              arguments(test.parameters(), scope),
              this);
      return passed != tested.negated();
    }
    return operation(expression, scope);
  }

  private Object operation(Expression expression, Scope scope) {
    if (expression instanceof Expression.Comparison comparison) {
      return comparison(comparison, scope);
    }
    if (expression instanceof Expression.Logical logical) {
      Object left = evaluate(logical.left(), scope);
      return PythonTypes.truth(left) == logical.and() ? evaluate(logical.right(), scope) : left;
    }
    if (expression instanceof Expression.Binary binary) {
      return operators.binary(
          binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope));
    }
    if (expression instanceof Expression.Unary unary) {
      return operators.unary(unary.operator(), evaluate(unary.operand(), scope));
    }
    if (expression instanceof Expression.Conditional conditional) {
      if (PythonTypes.truth(evaluate(conditional.test(), scope))) {
        return evaluate(conditional.then(), scope);
      }
      return conditional.otherwise() == null
          ? new Undefined("the condition is false and the inline if has no else")
          : evaluate(conditional.otherwise(), scope);
    }
    if (expression instanceof Expression.Concatenation concatenation) {
      StringBuilder joined = new StringBuilder();
      for (Expression part : concatenation.parts()) {
        String text = text(evaluate(part, scope));
        budget.allocate(text.length());
        joined.append(text);
      }
      return joined.toString();
    }
    if (expression instanceof Expression.Slice slice) {
      return attributes.slice(
          evaluate(slice.target(), scope),
          bound(slice.start(), scope),
          bound(slice.stop(), scope),
          bound(slice.step(), scope));
    }
    return display(expression, scope);
  }

  private Object bound(@Nullable Expression expression, Scope scope) {
    return expression == null ? None.NONE : evaluate(expression, scope);
  }

  private Object display(Expression expression, Scope scope) {
    if (expression instanceof Expression.ListOf list) {
      return all(list.items(), scope);
    }
    if (expression instanceof Expression.TupleOf tuple) {
      return new Tuple(all(tuple.items(), scope));
    }
    Expression.DictOf dict = (Expression.DictOf) expression;
    Map<Object, Object> map = new LinkedHashMap<>();
    budget.allocate(dict.keys().size());
    for (int i = 0; i < dict.keys().size(); i++) {
      Object key = PythonTypes.key(evaluate(dict.keys().get(i), scope));
      map.put(key, evaluate(dict.values().get(i), scope));
    }
    return map;
  }

  private List<Object> all(List<Expression> expressions, Scope scope) {
    budget.allocate(expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Object comparison(Expression.Comparison comparison, Scope scope) {
    Object left = evaluate(comparison.first(), scope);
    for (Expression.Link link : comparison.links()) {
      Object right = evaluate(link.right(), scope);
      if (!operators.compare(link.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  Arguments arguments(Parameters parameters, Scope scope) {
    if (parameters == Parameters.EMPTY) {
      return Arguments.EMPTY;
    }
    List<Object> positional = all(parameters.positional(), scope);
    Map<String, Object> named = new LinkedHashMap<>();
    parameters.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
    if (parameters.spread() != null) {
      positional.addAll(PythonTypes.elements(evaluate(parameters.spread(), scope), budget));
    }
    if (parameters.spreadNamed() != null) {
      if (!(evaluate(parameters.spreadNamed(), scope) instanceof Map<?, ?> map)) {
        throw new TemplateFailure("the argument after ** must be a mapping");
      }
      map.forEach((name, value) -> named.put(PythonTypes.text(name), value));
    }
    return new Arguments(positional, named);
  }

  Object call(Object callee, Arguments arguments) {
    if (callee instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(callee instanceof Callable callable)) {
      throw new TemplateFailure("'" + PythonTypes.name(callee) + "' object is not callable");
    }
    return callable.call(arguments);
  }

  Object filter(Object value, Step step, Scope scope) {
    return filter(step.name(), value, arguments(step.parameters(), scope));
  }

  Object filter(String name, Object value, Arguments arguments) {
    Filter filter = Filter.named(name);
    if (filter == null) {
      throw new TemplateFailure("there is no filter named '" + name + "'");
    }
    return filter.apply(value, arguments, this);
  }
}
