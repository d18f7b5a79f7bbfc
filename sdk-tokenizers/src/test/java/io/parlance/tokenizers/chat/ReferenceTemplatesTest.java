package io.parlance.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.tokenizers.TestFiles;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Prompts that transformers rendered with templates of published models. */
class ReferenceTemplatesTest {
  @TestFactory
  Stream<DynamicTest> equalsTheReference() throws IOException {
    JsonObject fixture = read();
    LocalDateTime now = LocalDateTime.parse(fixture.get("now").getAsString());
    Clock clock = Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
    Map<String, JsonObject> templates = new LinkedHashMap<>();
    for (JsonElement template : fixture.getAsJsonArray("templates")) {
      templates.put(template.getAsJsonObject().get("id").getAsString(), template.getAsJsonObject());
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement element : fixture.getAsJsonArray("cases")) {
      JsonObject test = element.getAsJsonObject();
      String id = test.getAsJsonObject("input").get("template").getAsString();
      tests.add(
          DynamicTest.dynamicTest(
              test.get("name").getAsString(), () -> verify(templates.get(id), test, clock)));
    }
    assertThat(tests).hasSize(900);
    return tests.stream();
  }

  private static void verify(JsonObject template, JsonObject test, Clock clock) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonElement message : test.getAsJsonObject("input").getAsJsonArray("messages")) {
      messages.add(new ChatMessage(map(message.getAsJsonObject())));
    }
    ChatOptions options = options(test.getAsJsonObject("options")).withClock(clock);
    JsonObject expected = test.getAsJsonObject("expected");
    if (!expected.has("error")) {
      assertThat(render(template, messages, options)).isEqualTo(expected.get("text").getAsString());
      return;
    }
    JsonObject error = expected.getAsJsonObject("error");
    if (error.get("type").getAsString().equals("TemplateError")) {
      assertThatThrownBy(() -> render(template, messages, options))
          .isInstanceOf(ChatRejectedException.class)
          .hasMessage(error.get("message").getAsString());
    } else {
      assertThatThrownBy(() -> render(template, messages, options))
          .isInstanceOf(ChatTemplateException.class)
          .isNotInstanceOf(ChatRejectedException.class);
    }
  }

  private static String render(
      JsonObject template, List<ChatMessage> messages, ChatOptions options) {
    Map<String, String> tokens = new LinkedHashMap<>();
    map(template.getAsJsonObject("special_tokens"))
        .forEach((name, token) -> tokens.put(name, String.valueOf(token)));
    return ChatTemplate.of(template.get("chat_template").getAsString(), tokens)
        .render(messages, options);
  }

  private static ChatOptions options(JsonObject given) {
    ChatOptions options = ChatOptions.DEFAULT;
    for (Map.Entry<String, JsonElement> option : given.entrySet()) {
      JsonElement value = option.getValue();
      options =
          switch (option.getKey()) {
            case "tools" -> {
              List<Map<String, @Nullable Object>> tools = new ArrayList<>();
              value.getAsJsonArray().forEach(tool -> tools.add(map(tool.getAsJsonObject())));
              yield options.withTools(tools);
            }
            case "add_generation_prompt" -> options.withGenerationPrompt(value.getAsBoolean());
            case "continue_final_message" -> options.withContinueFinalMessage(value.getAsBoolean());
            default -> options.withVariable(option.getKey(), plain(value));
          };
    }
    return options;
  }

  private static Map<String, @Nullable Object> map(JsonObject object) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }

  private static @Nullable Object plain(JsonElement element) {
    if (element.isJsonNull()) {
      return null;
    }
    if (element.isJsonObject()) {
      return map(element.getAsJsonObject());
    }
    if (element.isJsonArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      element.getAsJsonArray().forEach(item -> list.add(plain(item)));
      return list;
    }
    var primitive = element.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    return primitive.isNumber() ? primitive.getAsNumber() : primitive.getAsString();
  }

  private static JsonObject read() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(TestFiles.path("chat/templates.json.gz"))),
            StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }
}
