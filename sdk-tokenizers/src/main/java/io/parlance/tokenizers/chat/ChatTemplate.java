package io.parlance.tokenizers.chat;

import io.parlance.tokenizers.SpecialTokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns chat messages into the prompt that a model was trained on, with the model's own template.
 * Results equal those of {@code apply_chat_template} of transformers. Encode the prompt without
 * special tokens: the template writes them itself.
 *
 * <p>Templates are data from strangers. They see the messages and options and nothing else: no Java
 * object, no file, no network; how long they run, how deep they recurse and how much text they make
 * is limited. The message of an error names the template and the line.
 *
 * <p>A template is parsed once and never changes; any number of threads may render it.
 */
public final class ChatTemplate {
  /** Characters (UTF-16 units) that a prompt may have if not set otherwise. */
  public static final int DEFAULT_OUTPUT_LIMIT = 1 << 20;

  private static final String TOOL_TEMPLATE = "tool_use";

  private final String name;
  private final Map<String, List<Statement>> templates;
  private final Map<String, String> specialTokens;
  private final int outputLimit;

  private ChatTemplate(
      String name,
      Map<String, List<Statement>> templates,
      Map<String, String> specialTokens,
      int outputLimit) {
    this.name = name;
    this.templates = templates;
    this.specialTokens = specialTokens;
    this.outputLimit = outputLimit;
  }

  /**
   * The template of a model folder: {@code chat_template.jinja} and {@code
   * additional_chat_templates/*.jinja}, else {@code chat_template} of {@code
   * tokenizer_config.json}.
   *
   * @throws ChatTemplateException if there is none, or one is not valid
   */
  public static ChatTemplate load(Path folder) {
    return new ChatTemplateFiles(Objects.requireNonNull(folder, "the folder is null")).load();
  }

  /**
   * A template by its text.
   *
   * @param specialTokens variables such as {@code bos_token} that the template can use
   * @throws ChatTemplateException if the template is not valid
   */
  public static ChatTemplate of(String template, Map<String, String> specialTokens) {
    Objects.requireNonNull(template, "the chat template is null");
    return of("chat template", Map.of(ChatTemplateFiles.DEFAULT_NAME, template), specialTokens);
  }

  /** A template by its text, with the special tokens of a tokenizer. */
  public static ChatTemplate of(String template, SpecialTokens tokens) {
    return of(template, variables(tokens));
  }

  /**
   * The templates of a model by their names.
   *
   * @param name what to call the model in messages
   * @param templates texts by name; {@code default} is used where none is asked for
   * @param specialTokens variables such as {@code bos_token}
   * @throws ChatTemplateException if a template is not valid
   */
  public static ChatTemplate of(
      String name, Map<String, String> templates, Map<String, String> specialTokens) {
    if (templates.isEmpty()) {
      throw new IllegalArgumentException(name + " has no chat template; pass at least one");
    }
    Map<String, List<Statement>> parsed = new LinkedHashMap<>();
    templates.forEach((key, text) -> parsed.put(key, parse(name + " (" + key + ")", text)));
    return new ChatTemplate(name, parsed, Map.copyOf(specialTokens), DEFAULT_OUTPUT_LIMIT);
  }

  /** The variables under which templates know the special tokens of a tokenizer. */
  public static Map<String, String> variables(SpecialTokens tokens) {
    Map<String, String> variables = new LinkedHashMap<>();
    put(variables, "bos_token", tokens.beginning());
    put(variables, "eos_token", tokens.end());
    put(variables, "unk_token", tokens.unknown());
    put(variables, "sep_token", tokens.separator());
    put(variables, "pad_token", tokens.padding());
    put(variables, "cls_token", tokens.classification());
    put(variables, "mask_token", tokens.mask());
    return variables;
  }

  private static void put(Map<String, String> variables, String name, @Nullable String token) {
    if (token != null) {
      variables.put(name, token);
    }
  }

  private static List<Statement> parse(String name, String template) {
    try {
      return TemplateParser.parse(template);
    } catch (TemplateSyntax e) {
      throw new ChatTemplateException(
          name + ", line " + e.line() + ": " + e.getMessage() + "; the template is not valid", e);
    }
  }

  /**
   * This template with another limit of the prompt.
   *
   * @param characters most UTF-16 units of a rendered prompt
   */
  public ChatTemplate withOutputLimit(int characters) {
    if (characters < 1) {
      throw new IllegalArgumentException("output limit " + characters + " must be positive");
    }
    return new ChatTemplate(name, templates, specialTokens, characters);
  }

  /** Renders messages with {@link ChatOptions#DEFAULT}. */
  public String render(List<ChatMessage> messages) {
    return render(messages, ChatOptions.DEFAULT);
  }

  /**
   * Renders messages.
   *
   * @throws ChatRejectedException if the template refuses the messages
   * @throws ChatTemplateException if the template fails, is too costly, or has no such name
   * @throws IllegalArgumentException if the last message is to be continued and has no text
   */
  public String render(List<ChatMessage> messages, ChatOptions options) {
    String last = options.continueFinalMessage() ? finalText(messages) : null;
    Budget budget = new Budget(outputLimit);
    Renderer renderer = new Renderer(budget);
    Scope scope = new Scope(null);
    Globals.addTo(scope, renderer.evaluator(), options.clock());
    specialTokens.forEach(scope::set);
    options.variables().forEach((key, value) -> scope.set(key, PlainValues.toTemplate(value)));
    List<Object> fields = new ArrayList<>();
    messages.forEach(message -> fields.add(message.fields()));
    scope.set("messages", PlainValues.toTemplate(fields));
    scope.set("tools", PlainValues.toTemplate(options.tools()));
    scope.set("documents", PlainValues.toTemplate(options.documents()));
    scope.set("add_generation_prompt", options.addGenerationPrompt());
    String text = render(renderer, select(options), new Scope(scope));
    return last == null ? text : cut(text, last);
  }

  private String render(Renderer renderer, List<Statement> statements, Scope scope) {
    try {
      return renderer.render(statements, scope);
    } catch (TemplateFailure e) {
      if (e.isRaisedByTemplate()) {
        throw new ChatRejectedException(e.getMessage());
      }
      throw new ChatTemplateException(
          name + ", line " + renderer.line() + ": " + e.getMessage(), e);
    } catch (StackOverflowError e) { // a thread with less room than the depth limit is made for
      throw new ChatTemplateException(
          name + ", line " + renderer.line() + ": the template is nested too deep for this thread");
    }
  }

  private List<Statement> select(ChatOptions options) {
    String wanted = options.template();
    if (wanted == null) {
      boolean forTools = options.tools() != null && templates.containsKey(TOOL_TEMPLATE);
      wanted = forTools ? TOOL_TEMPLATE : ChatTemplateFiles.DEFAULT_NAME;
    }
    List<Statement> template = templates.get(wanted);
    if (template == null) {
      throw new ChatTemplateException(
          name
              + " has no chat template '"
              + wanted
              + "', it has "
              + templates.keySet()
              + "; name one with ChatOptions.withTemplate");
    }
    return template;
  }

  /** The text of the last message, or of its last part. */
  private static String finalText(List<ChatMessage> messages) {
    Object content = messages.isEmpty() ? null : messages.get(messages.size() - 1).content();
    if (content instanceof List<?> parts
        && !parts.isEmpty()
        && parts.get(parts.size() - 1) instanceof Map<?, ?> part) {
      content = part.get("text");
    }
    if (content instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(
        "continueFinalMessage needs a last message with text, it has " + content);
  }

  /** Many templates trim a message before they write it. */
  private String cut(String text, String last) {
    int at = text.lastIndexOf(last);
    String found = last;
    if (at < 0) {
      found = PythonStrings.strip(last, null, true, true);
      at = text.lastIndexOf(found);
    }
    if (at < 0) {
      throw new ChatTemplateException(
          name
              + " does not write the text of the last message as it is, so it cannot be continued;"
              + " leave out continueFinalMessage");
    }
    return text.substring(0, at + found.length());
  }
}
