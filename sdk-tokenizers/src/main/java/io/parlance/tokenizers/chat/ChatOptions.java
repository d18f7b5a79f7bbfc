package io.parlance.tokenizers.chat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a prompt besides the messages, as in {@code apply_chat_template} of transformers.
 *
 * @param template name of the template, for models that have several; null for {@code tool_use}
 *     where there are tools and a template of that name, else {@code default}
 * @param tools descriptions of functions that the model may call; null for none
 * @param documents documents to answer from; null for none
 * @param addGenerationPrompt whether the prompt ends with the opening of the model's answer
 * @param continueFinalMessage whether the prompt ends within the last message, so that the model
 *     goes on with it; not together with {@code addGenerationPrompt}
 * @param variables further variables of the model's template, such as {@code enable_thinking}
 * @param clock what {@code strftime_now} in a template reads
 */
public record ChatOptions(
    @Nullable String template,
    @Nullable List<Map<String, @Nullable Object>> tools,
    @Nullable List<Map<String, @Nullable Object>> documents,
    boolean addGenerationPrompt,
    boolean continueFinalMessage,
    Map<String, @Nullable Object> variables,
    Clock clock) {

  /** No tools, no documents, no generation prompt, the time of the system. */
  public static final ChatOptions DEFAULT =
      new ChatOptions(null, null, null, false, false, Map.of(), Clock.systemDefaultZone());

  private static final Set<String> RESERVED =
      Set.of("messages", "tools", "documents", "add_generation_prompt");

  /**
   * Checks and copies the values.
   *
   * @throws IllegalArgumentException if both endings are asked for, if a variable has the name of
   *     an option, or if anything but plain values is passed
   */
  public ChatOptions {
    Objects.requireNonNull(clock, "the clock is null");
    if (addGenerationPrompt && continueFinalMessage) {
      throw new IllegalArgumentException(
          "addGenerationPrompt and continueFinalMessage exclude each other: a prompt cannot both"
              + " open a new message and go on with the last one");
    }
    for (String name : variables.keySet()) {
      if (RESERVED.contains(name)) {
        throw new IllegalArgumentException(
            "variable '" + name + "' is an option of its own; set it there");
      }
    }
    tools = copy("tools", tools);
    documents = copy("documents", documents);
    variables = PlainValues.copy("variables", variables);
  }

  private static @Nullable List<Map<String, @Nullable Object>> copy(
      String what, @Nullable List<? extends Map<String, ?>> maps) {
    if (maps == null) {
      return null;
    }
    List<Map<String, @Nullable Object>> copies = new ArrayList<>();
    for (Map<String, ?> map : maps) {
      copies.add(PlainValues.copy(what + "[" + copies.size() + "]", map));
    }
    return List.copyOf(copies);
  }

  /** These options with another template of the model. */
  public ChatOptions withTemplate(@Nullable String name) {
    return new ChatOptions(
        name, tools, documents, addGenerationPrompt, continueFinalMessage, variables, clock);
  }

  /** These options with tools. */
  public ChatOptions withTools(@Nullable List<? extends Map<String, ?>> descriptions) {
    return new ChatOptions(
        template,
        copy("tools", descriptions),
        documents,
        addGenerationPrompt,
        continueFinalMessage,
        variables,
        clock);
  }

  /** These options with documents. */
  public ChatOptions withDocuments(@Nullable List<? extends Map<String, ?>> texts) {
    return new ChatOptions(
        template,
        tools,
        copy("documents", texts),
        addGenerationPrompt,
        continueFinalMessage,
        variables,
        clock);
  }

  /** These options with or without the opening of the model's answer. */
  public ChatOptions withGenerationPrompt(boolean add) {
    return new ChatOptions(template, tools, documents, add, continueFinalMessage, variables, clock);
  }

  /** These options with the last message open or closed. */
  public ChatOptions withContinueFinalMessage(boolean open) {
    return new ChatOptions(template, tools, documents, addGenerationPrompt, open, variables, clock);
  }

  /** These options with one more variable of the template. */
  public ChatOptions withVariable(String name, @Nullable Object value) {
    Map<String, @Nullable Object> extended = new LinkedHashMap<>(variables);
    extended.put(name, value);
    return new ChatOptions(
        template, tools, documents, addGenerationPrompt, continueFinalMessage, extended, clock);
  }

  /** These options with another clock, for prompts that can be repeated. */
  public ChatOptions withClock(Clock other) {
    return new ChatOptions(
        template, tools, documents, addGenerationPrompt, continueFinalMessage, variables, other);
  }
}
