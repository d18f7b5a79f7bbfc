package io.parlance.tokenizers.chat;

import java.util.List;

/** The tokens of a template with a place in them, and a bound on how deep a parser may nest. */
final class TokenStream {
  /** As {@link Budget}'s: an interpreter that recurses must not be fed deeper trees. */
  private static final int DEPTH = 200;

  private final List<Token> tokens;
  private int position;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(position);
  }

  Token ahead() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(position);
    if (position < tokens.size() - 1) {
      position++;
    }
    return token;
  }

  boolean skip(String operator) {
    if (current().is(operator)) {
      next();
      return true;
    }
    return false;
  }

  boolean skipName(String name) {
    if (current().isName(name)) {
      next();
      return true;
    }
    return false;
  }

  void expect(String operator) {
    if (!skip(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Token expect(Token.Kind kind, String description) {
    if (current().kind() != kind) {
      throw unexpected(description);
    }
    return next();
  }

  String identifier() {
    return expect(Token.Kind.NAME, "a name").text();
  }

  TemplateSyntax unexpected(String expected) {
    return error("expected " + expected + ", got " + current().describe());
  }

  TemplateSyntax error(String message) {
    return new TemplateSyntax(message, current().line());
  }

  void enter() {
    if (++depth > DEPTH) {
      throw error("the template is nested more than " + DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
