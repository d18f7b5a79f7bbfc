package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.chat.Expression.Step;
import io.parlance.tokenizers.chat.Statement.Signature;
import io.parlance.tokenizers.chat.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a template into statements. */
final class TemplateParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int loops;

  private TemplateParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /**
   * Parses a template.
   *
   * @throws TemplateSyntax if it is not valid
   */
  static List<Statement> parse(String template) {
    TemplateParser parser = new TemplateParser(new TokenStream(Lexer.tokens(template)));
    List<Statement> statements = parser.statements(Set.of());
    if (parser.tokens.current().kind() != Token.Kind.END) {
      throw parser.tokens.unexpected("a statement");
    }
    return statements;
  }

  /** Statements up to a tag with one of these names, of which the name is the current token. */
  private List<Statement> statements(Set<String> ends) {
    tokens.enter();
    List<Statement> body = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Text(tokens.next().text(), token.line()));
        case VARIABLE_BEGIN -> {
          tokens.next();
          body.add(new Statement.Output(expressions.tuple(true), token.line()));
          tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          tokens.next();
          if (ends.contains(tokens.current().text())) {
            tokens.leave();
            return body;
          }
          body.add(statement());
          tokens.expect(Token.Kind.BLOCK_END, "'%}'");
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.unexpected("one of the tags " + new java.util.TreeSet<>(ends));
          }
          tokens.leave();
          return body;
        }
      }
    }
  }

  /** The body of a block from the end of its opening tag to the name in its closing tag. */
  private List<Statement> body(String... ends) {
    tokens.expect(Token.Kind.BLOCK_END, "'%}'");
    return statements(Set.of(ends));
  }

  private List<Statement> bodyThrough(String end) {
    List<Statement> body = body(end);
    tokens.expectName(end);
    return body;
  }

  private Statement statement() {
    Token keyword = tokens.expect(Token.Kind.NAME, "the name of a tag");
    int line = keyword.line();
    return switch (keyword.text()) {
      case "for" -> loop(line);
      case "if" -> condition(line);
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> {
        List<Step> filters = steps();
        yield new Statement.FilterBlock(filters, bodyThrough("endfilter"), line);
      }
      case "with" -> with(line);
      case "generation" -> new Statement.Group(bodyThrough("endgeneration"), line);
      case "autoescape" -> {
        expressions.expression();
        yield new Statement.Group(bodyThrough("endautoescape"), line);
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw new TemplateSyntax("'" + keyword.text() + "' outside of a loop", line);
        }
        yield new Statement.Jump(keyword.text().equals("break"), line);
      }
      case "include", "import", "from", "extends", "block" ->
          throw new TemplateSyntax(
              "'" + keyword.text() + "' needs other templates, which a chat template has not",
              line);
      default -> throw new TemplateSyntax("unknown tag '" + keyword.text() + "'", line);
    };
  }

  private Statement loop(int line) {
    Target target = target("in");
    tokens.expectName("in");
    Expression items = expressions.tuple(false, "recursive", "if");
    Expression condition = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    loops++;
    List<Statement> body = body("endfor", "else");
    loops--;
    List<Statement> otherwise = tokens.skipName("else") ? body("endfor") : List.of();
    tokens.expectName("endfor");
    return new Statement.For(target, items, condition, recursive, body, otherwise, line);
  }

  private Statement condition(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    do {
      Expression test = expressions.tuple(false);
      branches.add(new Statement.Branch(test, body("elif", "else", "endif")));
    } while (tokens.skipName("elif"));
    if (tokens.skipName("else")) {
      otherwise = body("endif");
    }
    tokens.expectName("endif");
    return new Statement.If(branches, otherwise, line);
  }

  private Statement assignment(int line) {
    Target target = target("");
    if (tokens.skip("=")) {
      return new Statement.Assign(target, expressions.tuple(true), line);
    }
    List<Step> filters = tokens.skip("|") ? steps() : List.of();
    return new Statement.AssignBlock(target, filters, bodyThrough("endset"), line);
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    do {
      steps.add(expressions.step());
    } while (tokens.skip("|"));
    return steps;
  }

  private Target target(String endName) {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    do {
      if (!targets.isEmpty() && (tokens.current().isName(endName) || tokens.current().is("="))) {
        break; // a comma at the end
      }
      if (tokens.skip("(")) {
        tokens.enter();
        targets.add(target(endName));
        tokens.leave();
        tokens.expect(")");
      } else {
        targets.add(nameTarget());
      }
      comma |= tokens.current().is(",");
    } while (tokens.skip(","));
    return comma ? new Statement.TupleTarget(targets) : targets.get(0);
  }

  private Target nameTarget() {
    Token name = tokens.expect(Token.Kind.NAME, "a name to assign to");
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
      throw new TemplateSyntax("cannot assign to '" + name.text() + "'", name.line());
    }
    return tokens.skip(".")
        ? new Statement.NamespaceTarget(name.text(), tokens.identifier())
        : new Statement.NameTarget(name.text());
  }

  private Signature signature() {
    List<String> names = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    tokens.expect("(");
    while (!tokens.skip(")")) {
      if (!names.isEmpty()) {
        tokens.expect(",");
      }
      names.add(tokens.identifier());
      if (tokens.skip("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.error("a parameter without default follows one with default");
      }
    }
    return new Signature(names, defaults);
  }

  private Statement macro(int line) {
    String name = tokens.identifier();
    Signature signature = signature();
    return new Statement.MacroDefinition(name, signature, ownBody("endmacro"), line);
  }

  private Statement callBlock(int line) {
    Signature signature =
        tokens.current().is("(") ? signature() : new Signature(List.of(), List.of());
    Expression expression = expressions.expression();
    if (!(expression instanceof Expression.Call call)) {
      throw tokens.error("a call block needs a call, such as {% call macro() %}");
    }
    return new Statement.CallBlock(signature, call, ownBody("endcall"), line);
  }

  /** A body that loops around it cannot be left from. */
  private List<Statement> ownBody(String end) {
    int around = loops;
    loops = 0;
    List<Statement> body = bodyThrough(end);
    loops = around;
    return body;
  }

  private Statement with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (tokens.current().kind() != Token.Kind.BLOCK_END) {
      if (!targets.isEmpty()) {
        tokens.expect(",");
      }
      targets.add(nameTarget());
      tokens.expect("=");
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, bodyThrough("endwith"), line);
  }
}
