package io.parlance.tokenizers.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on and one
 * trailing newline dropped, as chat templates are written for.
 */
final class Lexer {
  /** Longest first, so that the first that fits is the right one. */
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private int lineCountedTo;

  /** Whether the text from here on begins a line, which decides about leading spaces of a tag. */
  private boolean atLineStart = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (position < source.length()) {
      int tag = nextTag(position);
      if (tag < 0) {
        data(source.substring(position));
        position = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      boolean signed = sign == '-' || sign == '+';
      data(before(source.substring(position, tag), sign, kind == '{'));
      position = tag + (signed ? 3 : 2);
      switch (kind) {
        case '#' -> comment();
        case '{' -> tag(Token.Kind.VARIABLE_BEGIN);
        default -> {
          if (!raw()) {
            tag(Token.Kind.BLOCK_BEGIN);
          }
        }
      }
    }
    add(Token.Kind.END, "");
  }

  private int nextTag(int from) {
    for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
      if (at + 1 < source.length() && "%{#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  /** The text before a tag, without the spaces that the tag takes away. */
  private String before(String text, char sign, boolean variable) {
    if (sign == '-') {
      return PythonStrings.stripRight(text);
    }
    if (sign == '+' || variable) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean onlySpaces = PythonStrings.stripRight(text.substring(lineStart)).isEmpty();
    return onlySpaces && (lineStart > 0 || atLineStart) ? text.substring(0, lineStart) : text;
  }

  private void comment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new TemplateSyntax("a comment {# is not closed with #}", line());
    }
    char sign = end > position ? source.charAt(end - 1) : ' ';
    position = end + 2;
    afterTag(sign, true);
  }

  /** Spaces and the newline after a tag that belong to it. */
  private void afterTag(char sign, boolean trimNewline) {
    int start = position;
    if (sign == '-') {
      while (position < source.length() && PythonStrings.isSpace(source.charAt(position))) {
        position++;
      }
    } else if (sign != '+' && trimNewline && source.startsWith("\n", position)) {
      position++;
    }
    atLineStart = position > start && source.charAt(position - 1) == '\n';
  }

  /** A raw block from after its opening brace; false if the tag is another one. */
  private boolean raw() {
    int at = skipSpaces(position);
    if (!isWord(at, "raw")) {
      return false;
    }
    at = skipSpaces(at + 3);
    boolean strip = source.startsWith("-", at);
    int end = strip ? at + 1 : at;
    if (!source.startsWith("%}", end)) {
      return false;
    }
    position = end + 2;
    afterTag(strip ? '-' : ' ', false);
    for (int tag = source.indexOf("{%", position); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      boolean signed = sign == '-' || sign == '+';
      int word = skipSpaces(tag + (signed ? 3 : 2));
      if (!isWord(word, "endraw")) {
        continue;
      }
      int close = skipSpaces(word + 6);
      char closeSign = close < source.length() ? source.charAt(close) : ' ';
      int braces = closeSign == '-' || closeSign == '+' ? close + 1 : close;
      if (source.startsWith("%}", braces)) {
        data(before(source.substring(position, tag), sign, false));
        position = braces + 2;
        afterTag(closeSign, true);
        return true;
      }
    }
    throw new TemplateSyntax("{% raw %} is not closed with {% endraw %}", line());
  }

  private boolean isWord(int at, String word) {
    int end = at + word.length();
    return source.startsWith(word, at)
        && (end >= source.length() || !Character.isJavaIdentifierPart(source.charAt(end)));
  }

  private int skipSpaces(int from) {
    int at = from;
    while (at < source.length() && PythonStrings.isSpace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  private void tag(Token.Kind begin) {
    boolean variable = begin == Token.Kind.VARIABLE_BEGIN;
    Token.Kind end = variable ? Token.Kind.VARIABLE_END : Token.Kind.BLOCK_END;
    String close = variable ? "}}" : "%}";
    add(begin, "");
    Deque<String> brackets = new ArrayDeque<>();
    while (true) {
      position = skipSpaces(position);
      if (position >= source.length()) {
        throw new TemplateSyntax("a tag is not closed with " + close, line());
      }
      if (brackets.isEmpty() && closes(close, variable)) {
        char sign = source.charAt(position);
        add(end, "");
        position += sign == '-' || sign == '+' ? 3 : 2;
        afterTag(sign, !variable);
        return;
      }
      token(brackets);
    }
  }

  private boolean closes(String close, boolean variable) {
    return source.startsWith(close, position)
        || source.startsWith("-" + close, position)
        || (!variable && source.startsWith("+" + close, position));
  }

  private void token(Deque<String> brackets) {
    char first = source.charAt(position);
    if (first >= '0' && first <= '9') {
      number();
    } else if (first == '\'' || first == '"') {
      string(first);
    } else if (Character.isUnicodeIdentifierStart(first) || first == '_') {
      int end = position + 1;
      while (end < source.length() && Character.isUnicodeIdentifierPart(source.charAt(end))) {
        end++;
      }
      add(Token.Kind.NAME, source.substring(position, end));
      position = end;
    } else {
      operator(brackets);
    }
  }

  private void operator(Deque<String> brackets) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, position)) {
        switch (operator) {
          case "(" -> brackets.push(")");
          case "[" -> brackets.push("]");
          case "{" -> brackets.push("}");
          case ")", "]", "}" -> {
            if (brackets.isEmpty() || !brackets.pop().equals(operator)) {
              throw new TemplateSyntax("unexpected '" + operator + "'", line());
            }
          }
          default -> {}
        }
        add(Token.Kind.OPERATOR, operator);
        position += operator.length();
        return;
      }
    }
    throw new TemplateSyntax("unexpected character '" + source.charAt(position) + "'", line());
  }

  private void number() {
    int end = digits(position);
    boolean decimal = false;
    if (source.startsWith("0", position) && end == position + 1 && radix(end) != 0) {
      do {
        end++;
      } while (end < source.length() && Character.isLetterOrDigit(source.charAt(end)));
    } else {
      boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
      if (!afterDot && source.startsWith(".", end) && digits(end + 1) > end + 1) {
        end = digits(end + 1);
        decimal = true;
      }
      int exponent = exponent(end);
      if (!afterDot && exponent > end) {
        end = exponent;
        decimal = true;
      }
    }
    String text = source.substring(position, end).replace("_", "");
    add(decimal ? Token.Kind.FLOAT : Token.Kind.INTEGER, text);
    position = end;
  }

  private int radix(int at) {
    int letter = at < source.length() ? "xXoObB".indexOf(source.charAt(at)) : -1;
    return letter < 0 ? 0 : new int[] {16, 8, 2}[letter / 2];
  }

  private int exponent(int at) {
    if (at >= source.length() || "eE".indexOf(source.charAt(at)) < 0) {
      return at;
    }
    int sign = at + 1;
    int first = sign < source.length() && "+-".indexOf(source.charAt(sign)) >= 0 ? sign + 1 : sign;
    int end = digits(first);
    return end > first ? end : at;
  }

  private int digits(int from) {
    int at = from;
    while (at < source.length()
        && ((source.charAt(at) >= '0' && source.charAt(at) <= '9')
            || (source.charAt(at) == '_' && at > from))) {
      at++;
    }
    return at;
  }

  private void string(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw new TemplateSyntax("a string is not closed with " + quote, line());
    }
    String value;
    try {
      value = PythonStrings.unescape(source.substring(position + 1, end));
    } catch (IllegalArgumentException e) {
      throw new TemplateSyntax("a string has an escape that is not valid", line());
    }
    add(Token.Kind.STRING, value);
    position = end + 1;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Token.Kind.DATA, text);
    }
  }

  private void add(Token.Kind kind, String text) {
    tokens.add(new Token(kind, text, line()));
  }

  private int line() {
    for (; lineCountedTo < Math.min(position, source.length()); lineCountedTo++) {
      if (source.charAt(lineCountedTo) == '\n') {
        line++;
      }
    }
    return line;
  }
}
