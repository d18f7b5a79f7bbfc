package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Expression.Parameters;
import io.parlance.tokenizers.chat.Expression.Step;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads expressions by recursive descent, loosest binding first. */
final class ExpressionParser {
  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression, or several with commas, which make a tuple. */
  Expression tuple(boolean conditional, String... endNames) {
    return tuple(conditional, false, endNames);
  }

  private Expression tuple(boolean conditional, boolean parenthesized, String... endNames) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    while (!atTupleEnd(endNames)) {
      items.add(conditional ? expression() : or());
      if (!tokens.skip(",")) {
        break;
      }
      comma = true;
    }
    if (items.size() == 1 && !comma) {
      return items.get(0);
    }
    if (items.isEmpty() && !parenthesized) {
      throw tokens.unexpected("an expression");
    }
    return new Expression.TupleOf(items);
  }

  private boolean atTupleEnd(String... endNames) {
    Token token = tokens.current();
    if (token.kind() == Token.Kind.VARIABLE_END
        || token.kind() == Token.Kind.BLOCK_END
        || token.is(")")) {
      return true;
    }
    for (String name : endNames) {
      if (token.isName(name)) {
        return true;
      }
    }
    return false;
  }

  Expression expression() {
    tokens.enter();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      value =
          new Expression.Conditional(test, value, tokens.skipName("else") ? expression() : null);
    }
    tokens.leave();
    return value;
  }

  Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Logical(false, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.Logical(true, left, not());
    }
    return left;
  }

  private Expression not() {
    if (!tokens.current().isName("not")) {
      return comparison();
    }
    tokens.next();
    tokens.enter();
    Expression operand = not();
    tokens.leave();
    return new Expression.Unary("not", operand);
  }

  private Expression comparison() {
    Expression first = sum();
    List<Expression.Link> links = new ArrayList<>();
    for (String operator = comparator(); operator != null; operator = comparator()) {
      links.add(new Expression.Link(operator, sum()));
    }
    return links.isEmpty() ? first : new Expression.Comparison(first, links);
  }

  private @Nullable String comparator() {
    Token token = tokens.current();
    if (token.kind() == Token.Kind.OPERATOR) {
      return switch (token.text()) {
        case "==", "!=", "<", "<=", ">", ">=" -> tokens.next().text();
        default -> null;
      };
    }
    if (tokens.skipName("in")) {
      return "in";
    }
    if (token.isName("not") && tokens.ahead().isName("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.current().is("+") || tokens.current().is("-")) {
      left = new Expression.Binary(tokens.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(product());
    } while (tokens.skip("~"));
    return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (tokens.current().is("*")
        || tokens.current().is("/")
        || tokens.current().is("//")
        || tokens.current().is("%")) {
      left = new Expression.Binary(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skip("**")) {
      left = new Expression.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    tokens.enter();
    Expression value;
    if (tokens.current().is("-") || tokens.current().is("+")) {
      value = new Expression.Unary(tokens.next().text(), unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    tokens.leave();
    return withFilters ? filters(value) : value;
  }

  private Expression primary() {
    Token token = tokens.next();
    switch (token.kind()) {
      case NAME:
        return switch (token.text()) {
          case "true", "True" -> new Expression.Constant(true);
          case "false", "False" -> new Expression.Constant(false);
          case "none", "None" -> new Expression.Constant(None.NONE);
          default -> new Expression.Name(token.text());
        };
      case STRING:
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.current().kind() == Token.Kind.STRING) {
          text.append(tokens.next().text());
        }
        return new Expression.Constant(text.toString());
      case INTEGER:
        return new Expression.Constant(integer(token));
      case FLOAT:
        return new Expression.Constant(Double.valueOf(token.text()));
      default:
        break;
    }
    if (token.is("(")) {
      Expression value = tuple(true, true);
      tokens.expect(")");
      return value;
    }
    if (token.is("[")) {
      return list();
    }
    if (token.is("{")) {
      return dict();
    }
    throw new TemplateSyntax("unexpected " + token.describe(), token.line());
  }

  private static BigInteger integer(Token token) {
    String text = token.text();
    try {
      if (text.length() > 2 && text.charAt(0) == '0' && Character.isLetter(text.charAt(1))) {
        int radix =
            switch (Character.toLowerCase(text.charAt(1))) {
              case 'x' -> 16;
              case 'o' -> 8;
              default -> 2;
            };
        return new BigInteger(text.substring(2), radix);
      }
      if (text.length() <= Numbers.MAXIMUM_DIGITS) {
        return new BigInteger(text);
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new TemplateSyntax("'" + text + "' is not an integer", token.line());
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skip("]")) {
      if (!items.isEmpty()) {
        tokens.expect(",");
        if (tokens.skip("]")) {
          break;
        }
      }
      items.add(expression());
    }
    return new Expression.ListOf(items);
  }

  private Expression dict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skip("}")) {
      if (!keys.isEmpty()) {
        tokens.expect(",");
        if (tokens.skip("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expect(":");
      values.add(expression());
    }
    return new Expression.DictOf(keys, values);
  }

  Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skip(".")) {
        Token name = tokens.next();
        value =
            switch (name.kind()) {
              case NAME -> new Expression.Attribute(value, name.text());
              case INTEGER -> new Expression.Item(value, new Expression.Constant(integer(name)));
              default ->
                  throw new TemplateSyntax(
                      "expected a name after '.', got " + name.describe(), name.line());
            };
      } else if (tokens.skip("[")) {
        value = subscript(value);
      } else if (tokens.current().is("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression target) {
    Expression start = tokens.current().is(":") ? null : expression();
    if (start != null && !tokens.current().is(":")) {
      List<Expression> items = new ArrayList<>(List.of(start));
      while (tokens.skip(",")) {
        items.add(expression());
      }
      tokens.expect("]");
      return new Expression.Item(target, items.size() == 1 ? start : new Expression.TupleOf(items));
    }
    tokens.expect(":");
    Expression stop = bound();
    Expression step = tokens.skip(":") ? bound() : null;
    tokens.expect("]");
    return new Expression.Slice(target, start, stop, step);
  }

  private @Nullable Expression bound() {
    return tokens.current().is(":") || tokens.current().is("]") ? null : expression();
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skip("|")) {
        value = new Expression.Filtered(value, step());
      } else if (tokens.current().isName("is")) {
        value = test(value);
      } else if (tokens.current().is("(")) {
        value = new Expression.Call(value, parameters());
      } else {
        return value;
      }
    }
  }

  /** The name of a filter and its arguments, after the bar. */
  Step step() {
    return new Step(dottedName(), tokens.current().is("(") ? parameters() : Parameters.EMPTY);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.identifier());
    while (tokens.skip(".")) {
      name.append('.').append(tokens.identifier());
    }
    return name.toString();
  }

  private Expression test(Expression target) {
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Parameters parameters = Parameters.EMPTY;
    if (tokens.current().is("(")) {
      parameters = parameters();
    } else if (startsOperand(tokens.current())) {
      Expression operand = postfix(primary());
      parameters = new Parameters(List.of(operand), Map.of(), null, null);
    }
    return new Expression.Tested(target, new Step(name, parameters), negated);
  }

  private static boolean startsOperand(Token token) {
    return switch (token.kind()) {
      case NAME ->
          !List.of("else", "or", "and", "if", "is", "in", "not", "recursive")
              .contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      default -> token.is("[") || token.is("{");
    };
  }

  private Parameters parameters() {
    tokens.enter();
    tokens.expect("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression spread = null;
    Expression spreadNamed = null;
    boolean first = true;
    while (!tokens.skip(")")) {
      if (!first) {
        tokens.expect(",");
        if (tokens.skip(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skip("*")) {
        spread = expression();
      } else if (tokens.skip("**")) {
        spreadNamed = expression();
      } else if (tokens.current().kind() == Token.Kind.NAME && tokens.ahead().is("=")) {
        String name = tokens.identifier();
        tokens.expect("=");
        named.put(name, expression());
      } else if (named.isEmpty() && spread == null && spreadNamed == null) {
        positional.add(expression());
      } else {
        throw tokens.error("a positional argument follows a named one");
      }
    }
    tokens.leave();
    return new Parameters(positional, named, spread, spreadNamed);
  }
}
