package io.parlance.tokenizers.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation: its fields by name, in order, as templates see them. {@code role}
 * is always there; {@code content} is a text, or a list of parts such as {@code {type: text, text:
 * ...}}; further fields such as {@code tool_calls} or {@code name} are what a model's template
 * knows.
 *
 * @param fields strings, numbers, booleans, null, and lists and maps of them; copied
 */
public record ChatMessage(Map<String, @Nullable Object> fields) {

  /**
   * Checks and copies the fields.
   *
   * @throws IllegalArgumentException if there is no role that is a string, or a field holds
   *     anything but plain values
   */
  public ChatMessage {
    if (!(fields.get("role") instanceof String)) {
      throw new IllegalArgumentException(
          "a chat message needs the field 'role' with a string such as user, its fields are "
              + fields.keySet());
    }
    fields = PlainValues.copy("message", fields);
  }

  /** A message with a text. */
  public static ChatMessage of(String role, String content) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return new ChatMessage(fields);
  }

  /** A message with several parts. */
  public static ChatMessage ofParts(String role, List<? extends Map<String, ?>> parts) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", parts);
    return new ChatMessage(fields);
  }

  /** What the model is told to be. */
  public static ChatMessage system(String content) {
    return of("system", content);
  }

  /** What the user says. */
  public static ChatMessage user(String content) {
    return of("user", content);
  }

  /** What the model said. */
  public static ChatMessage assistant(String content) {
    return of("assistant", content);
  }

  /** What a tool that the model called gave back. */
  public static ChatMessage tool(String content) {
    return of("tool", content);
  }

  /** This message with one more field, or another value of it. */
  public ChatMessage with(String field, @Nullable Object value) {
    Map<String, @Nullable Object> extended = new LinkedHashMap<>(fields);
    extended.put(field, value);
    return new ChatMessage(extended);
  }

  /** Who speaks. */
  public String role() {
    return String.valueOf(fields.get("role"));
  }

  /** A text or a list of parts; null where there is none. */
  public @Nullable Object content() {
    return fields.get("content");
  }
}
