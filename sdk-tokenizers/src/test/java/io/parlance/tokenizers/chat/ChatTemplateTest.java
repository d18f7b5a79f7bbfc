package io.parlance.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final List<ChatMessage> HELLO = List.of(ChatMessage.user("Hello"));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{{ 'abcdefghijklmnopqrstuvwxyz' }}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ ('a' * 1000000)|replace('a', 'a' * 1000000)|length }}",
        "{{ ''.center(2000000000)|length }}",
        "{{ 'a'|indent(2000000000, true)|length }}",
        "{{ '%2000000000d' % 1 }}",
        "{{ [1]|tojson(indent=2000000000)|length }}",
        "{{ 9 ** 99999999 }}",
        "{{ range(1000000000)|length }}",
        "{{ [1]|batch(1000000000, 0)|list|length }}",
        "{{ []|slice(1000000000)|list|length }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x|string|length }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x|tojson|length }}",
        "{% set a = namespace(x=[], y=[]) %}{% for i in range(60) %}{% set a.x = [a.x, a.x] %}"
            + "{% set a.y = [a.y, a.y] %}{% endfor %}{{ a.x == a.y }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
        "{% for i in [[]] recursive %}{{ loop([[]]) }}{% endfor %}"
      })
  void hostileTemplatesEndWithAnError(String template) {
    ChatTemplate hostile = ChatTemplate.of(template, Map.of());
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertThatThrownBy(() -> hostile.render(HELLO))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("chat template, line 1: "));
  }

  @ParameterizedTest
  @CsvSource({"(,)", "[,]", "-,''", "'not ',''", "{1:,}", "a[,]", "f(,)", "'1 if 1 else ',''"})
  void deepNestingIsRefusedWhenParsed(String open, String close) {
    String nested = open.repeat(100_000) + "1" + close.repeat(100_000);
    assertThatThrownBy(() -> ChatTemplate.of("{{ " + nested + " }}", Map.of()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("nested more than 200 deep");
  }

  @ParameterizedTest
  @ValueSource(strings = {".a", "|upper", "+1", " and 1", "[0]", " if 1"})
  void longChainsDoNotOverflowTheStack(String piece) {
    assertThatThrownBy(
            () -> ChatTemplate.of("{{ 1" + piece.repeat(100_000) + " }}", Map.of()).render(HELLO))
        .isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ messages.getClass() }}",
        "{{ messages[0].content.getClass().forName('java.lang.Runtime') }}",
        "{{ ''.class.name }}",
        "{{ range.call([1]) }}",
        "{{ messages.stream() }}",
        "{{ messages[0].put('role', 'x') }}"
      })
  void nothingOfJavaCanBeReached(String template) {
    assertThatThrownBy(() -> ChatTemplate.of(template, Map.of()).render(HELLO))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("has no attribute");
  }

  @Test
  void theOutputLimitCanBeSet() {
    ChatTemplate template = ChatTemplate.of("{{ messages[0].content }}!", Map.of());
    assertThat(template.withOutputLimit(6).render(HELLO)).isEqualTo("Hello!");
    assertThatThrownBy(() -> template.withOutputLimit(5).render(HELLO))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("longer than 5 characters")
        .hasMessageContaining("withOutputLimit");
  }

  @Test
  void errorsNameTheLine() {
    assertThatThrownBy(() -> ChatTemplate.of("a\nb\n{{ messages[0].x.y }}", Map.of()).render(HELLO))
        .hasMessage("chat template, line 3: 'dict object' has no attribute 'x'");
    assertThatThrownBy(() -> ChatTemplate.of("a\n{% if x %}\nb\n", Map.of()))
        .hasMessageContaining("line 3: expected one of the tags [elif, else, endif]");
  }

  @Test
  void filesWinOverTheConfiguration() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": \"config\", \"bos_token\": {\"content\": \"<s>\"}}");
    assertThat(ChatTemplate.load(folder).render(HELLO)).isEqualTo("config");
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ bos_token }}file\n");
    assertThat(ChatTemplate.load(folder).render(HELLO)).isEqualTo("<s>file");
    Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(folder.resolve("additional_chat_templates/tool_use.jinja"), "tools");
    Files.writeString(folder.resolve("additional_chat_templates/rag.jinja"), "documents");
    ChatTemplate template = ChatTemplate.load(folder);
    assertThat(template.render(HELLO)).isEqualTo("<s>file");
    assertThat(template.render(HELLO, ChatOptions.DEFAULT.withTools(List.of()))).isEqualTo("tools");
    assertThat(template.render(HELLO, ChatOptions.DEFAULT.withTemplate("rag")))
        .isEqualTo("documents");
    assertThatThrownBy(() -> template.render(HELLO, ChatOptions.DEFAULT.withTemplate("x")))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("no chat template 'x', it has [default, rag, tool_use]");
  }

  @Test
  void namedTemplatesOfTheConfigurationAreRead() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"d\"},"
            + "{\"name\": \"tool_use\", \"template\": \"t\"}]}");
    ChatTemplate template = ChatTemplate.load(folder);
    assertThat(template.render(HELLO)).isEqualTo("d");
    assertThat(template.render(HELLO, ChatOptions.DEFAULT.withTools(List.of()))).isEqualTo("t");
  }

  @Test
  void aMissingTemplateSaysWhatToAdd() {
    assertThatThrownBy(() -> ChatTemplate.load(folder))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("add the chat_template.jinja");
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> new ChatMessage(Map.of("content", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs the field 'role'");
    assertThatThrownBy(() -> ChatMessage.user("x").with("sent", new Date(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("message.sent is a java.util.Date");
    assertThatThrownBy(() -> ChatOptions.DEFAULT.withVariable("messages", 1))
        .hasMessageContaining("'messages' is an option of its own");
    assertThatThrownBy(
            () -> ChatOptions.DEFAULT.withGenerationPrompt(true).withContinueFinalMessage(true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exclude each other");
  }

  @Test
  void messagesAreCopies() {
    Map<String, Object> part = new HashMap<>(Map.of("type", "text", "text", "a"));
    ChatMessage message = ChatMessage.ofParts("user", List.of(part));
    part.put("text", "b");
    assertThat(
            ChatTemplate.of("{{ messages[0].content[0].text }}", Map.of()).render(List.of(message)))
        .isEqualTo("a");
  }
}
