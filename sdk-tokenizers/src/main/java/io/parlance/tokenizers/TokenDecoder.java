package io.parlance.tokenizers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The {@code decoder} of a {@code tokenizer.json}: what makes text of tokens as they are spelled.
 * Native code decodes ids only, while task results name strings that need not be tokens, such as
 * words.
 */
interface TokenDecoder {
  /** One more step of a chain: strings in, strings out, to be joined at the end. */
  List<String> step(List<String> tokens);

  /** The text of these tokens. */
  default String decode(List<String> tokens) {
    return String.join("", step(tokens));
  }

  /**
   * Reads a decoder; tokens without one are parted by spaces.
   *
   * @throws IllegalStateException if its type is not known
   */
  static TokenDecoder of(JsonElement json) {
    if (json.isJsonNull()) {
      return tokens -> List.of(String.join(" ", tokens));
    }
    JsonObject decoder = json.getAsJsonObject();
    String type = required(decoder, "type").getAsString();
    return switch (type) {
      case "WordPiece" -> wordPiece(text(decoder, "prefix", "##"), flag(decoder, "cleanup", true));
      case "ByteLevel" -> tokens -> List.of(ByteLevelSpelling.decode(tokens));
      case "Metaspace" -> metaspace(decoder);
      case "BPEDecoder" -> endOfWord(text(decoder, "suffix", "</w>"));
      case "Replace" -> replace(decoder);
      case "Fuse" -> tokens -> List.of(String.join("", tokens));
      case "Strip" -> strip(decoder);
      case "ByteFallback" -> TokenDecoder::byteFallback;
      case "CTC" -> alignment(decoder);
      case "Sequence" -> sequence(required(decoder, "decoders").getAsJsonArray());
      default -> throw new IllegalStateException("decoder type '" + type + "' is not known");
    };
  }

  /** The types of a decoder's steps in their order, those of nested sequences among them. */
  static List<String> steps(JsonElement json) {
    if (json.isJsonNull()) {
      return List.of();
    }
    JsonObject decoder = json.getAsJsonObject();
    String type = required(decoder, "type").getAsString();
    if (!type.equals("Sequence")) {
      return List.of(type);
    }
    return required(decoder, "decoders").getAsJsonArray().asList().stream()
        .flatMap(each -> steps(each).stream())
        .toList();
  }

  private static JsonElement required(JsonObject decoder, String key) {
    JsonElement value = decoder.get(key);
    if (value == null || value.isJsonNull()) {
      throw new IllegalStateException("a decoder has no '" + key + "': " + decoder);
    }
    return value;
  }

  private static String text(JsonObject decoder, String key, String otherwise) {
    JsonElement value = decoder.get(key);
    return value == null || value.isJsonNull() ? otherwise : value.getAsString();
  }

  private static boolean flag(JsonObject decoder, String key, boolean otherwise) {
    JsonElement value = decoder.get(key);
    return value == null || value.isJsonNull() ? otherwise : value.getAsBoolean();
  }

  private static TokenDecoder each(UnaryOperator<String> change) {
    return tokens -> tokens.stream().map(change).toList();
  }

  private static TokenDecoder wordPiece(String prefix, boolean cleanup) {
    return tokens -> {
      List<String> parts = new ArrayList<>(tokens.size());
      for (String token : tokens) {
        String part = token;
        if (!parts.isEmpty()) {
          part = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
        }
        parts.add(cleanup ? cleanUp(part) : part);
      }
      return parts;
    };
  }

  /** What the decoders of the library do; see also {@link Tokenizer#cleanUpTokenizationSpaces}. */
  private static String cleanUp(String part) {
    return part.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  private static TokenDecoder metaspace(JsonObject decoder) {
    String mark = text(decoder, "replacement", "\u2581");
    boolean prepended =
        !text(decoder, "prepend_scheme", "always").equals("never")
            && flag(decoder, "add_prefix_space", true);
    return tokens -> {
      List<String> parts = new ArrayList<>(tokens.size());
      for (String token : tokens) {
        parts.add(token.replace(mark, parts.isEmpty() && prepended ? "" : " "));
      }
      return parts;
    };
  }

  private static TokenDecoder endOfWord(String suffix) {
    return tokens -> {
      List<String> parts = new ArrayList<>(tokens.size());
      for (int i = 0; i < tokens.size(); i++) {
        parts.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
      }
      return parts;
    };
  }

  private static TokenDecoder replace(JsonObject decoder) {
    JsonObject pattern = required(decoder, "pattern").getAsJsonObject();
    String content = required(decoder, "content").getAsString();
    if (pattern.has("String")) {
      String sought = pattern.get("String").getAsString();
      return each(token -> token.replace(sought, content));
    }
    String regex = required(pattern, "Regex").getAsString();
    Pattern expression;
    try {
      expression = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalStateException("decoder Replace has the pattern '" + regex + "'", e);
    }
    String literally = Matcher.quoteReplacement(content);
    return each(token -> expression.matcher(token).replaceAll(literally));
  }

  private static TokenDecoder strip(JsonObject decoder) {
    int character = required(decoder, "content").getAsString().codePointAt(0);
    int fromStart = required(decoder, "start").getAsInt();
    int fromEnd = required(decoder, "stop").getAsInt();
    return each(
        token -> {
          int[] points = token.codePoints().toArray();
          int start = 0;
          while (start < Math.min(fromStart, points.length) && points[start] == character) {
            start++;
          }
          int end = points.length;
          while (end > start && points.length - end < fromEnd && points[end - 1] == character) {
            end--;
          }
          return new String(points, start, end - start);
        });
  }

  /** Runs of tokens like {@code <0xE2>} are bytes of UTF-8; U+FFFD for each where they are not. */
  private static List<String> byteFallback(List<String> tokens) {
    List<String> parts = new ArrayList<>(tokens.size());
    byte[] run = new byte[tokens.size()];
    int bytes = 0;
    for (String token : tokens) {
      int value = byteValue(token);
      if (value >= 0) {
        run[bytes++] = (byte) value;
        continue;
      }
      addBytes(parts, run, bytes);
      bytes = 0;
      parts.add(token);
    }
    addBytes(parts, run, bytes);
    return parts;
  }

  /** The byte that a token of the form {@code <0xE2>} stands for, or -1. */
  static int byteValue(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || !token.endsWith(">")) {
      return -1;
    }
    int high = Character.digit(token.charAt(3), 16);
    int low = Character.digit(token.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
  }

  private static void addBytes(List<String> parts, byte[] run, int count) {
    if (count == 0) {
      return;
    }
    try {
      parts.add(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run, 0, count)).toString());
    } catch (CharacterCodingException e) {
      parts.add("\uFFFD".repeat(count));
    }
  }

  /** Connectionist temporal classification: repeated tokens stand for one. */
  private static TokenDecoder alignment(JsonObject decoder) {
    String padding = text(decoder, "pad_token", "<pad>");
    String delimiter = text(decoder, "word_delimiter_token", "|");
    boolean cleanup = flag(decoder, "cleanup", true);
    return tokens -> {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        if (i > 0 && tokens.get(i).equals(tokens.get(i - 1))) {
          continue;
        }
        String part = tokens.get(i).replace(padding, "");
        part = cleanup ? cleanUp(part).replace(delimiter, " ") : part;
        if (!part.isEmpty()) {
          parts.add(part);
        }
      }
      return parts;
    };
  }

  private static TokenDecoder sequence(JsonArray decoders) {
    List<TokenDecoder> chain = decoders.asList().stream().map(TokenDecoder::of).toList();
    return tokens -> {
      List<String> parts = tokens;
      for (TokenDecoder decoder : chain) {
        parts = decoder.step(parts);
      }
      return parts;
    };
  }
}
