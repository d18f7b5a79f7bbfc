package io.parlance.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.parlance.tokenizers.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Small templates, a few for each part of the language, with what Jinja itself makes of them. */
class LanguageTest {
  private static final Gson GSON =
      new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  @TestFactory
  Stream<DynamicTest> equalsJinja() throws IOException {
    JsonObject fixture =
        JsonParser.parseString(Files.readString(TestFiles.path("chat/expressions.json")))
            .getAsJsonObject();
    Map<String, @Nullable Object> variables =
        GSON.fromJson(fixture.get("variables"), new TypeToken<>() {});
    ChatOptions options = ChatOptions.DEFAULT;
    for (Map.Entry<String, @Nullable Object> variable : variables.entrySet()) {
      options = options.withVariable(variable.getKey(), variable.getValue());
    }
    ChatOptions all = options;
    JsonArray cases = fixture.getAsJsonArray("cases");
    assertThat(cases.size()).isGreaterThan(200);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement test : cases) {
      JsonObject expected = test.getAsJsonObject();
      String template = expected.get("template").getAsString();
      tests.add(DynamicTest.dynamicTest(template, () -> verify(template, expected, all)));
    }
    return tests.stream();
  }

  private static void verify(String template, JsonObject expected, ChatOptions options) {
    if (expected.has("text")) {
      assertThat(ChatTemplate.of(template, Map.of()).render(List.of(), options))
          .isEqualTo(expected.get("text").getAsString());
    } else {
      assertThatThrownBy(() -> ChatTemplate.of(template, Map.of()).render(List.of(), options))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageContaining("line ");
    }
  }
}
