package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The metadata for native images speaks of what is really there, and of all that is needed. */
class NativeImageMetadataTest {
  private static JsonObject metadata(String module) throws IOException {
    Path file =
        Path.of("..", module, "src/main/resources/META-INF/native-image/io.parlance", module)
            .resolve("reachability-metadata.json");
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private static List<JsonObject> reflection(String module) throws IOException {
    List<JsonObject> entries = new ArrayList<>();
    JsonObject metadata = metadata(module);
    if (metadata.has("reflection")) {
      metadata.getAsJsonArray("reflection").forEach(each -> entries.add(each.getAsJsonObject()));
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(strings = {"sdk-tokenizers", "sdk-core", "sdk-models"})
  void everyTypeAndMemberExists(String module) throws Exception {
    for (JsonObject entry : reflection(module)) {
      Class<?> type = load(entry.get("type").getAsString());
      if (entry.has("fields")) {
        for (JsonElement field : entry.getAsJsonArray("fields")) {
          String name = field.getAsJsonObject().get("name").getAsString();
          assertThat(type.getDeclaredField(name)).isNotNull();
        }
      }
      if (entry.has("methods")) {
        for (JsonElement each : entry.getAsJsonArray("methods")) {
          JsonObject method = each.getAsJsonObject();
          List<String> parameters = new ArrayList<>();
          method.getAsJsonArray("parameterTypes").forEach(p -> parameters.add(p.getAsString()));
          assertThat(type.getDeclaredMethods())
              .anyMatch(
                  found ->
                      found.getName().equals(method.get("name").getAsString())
                          && Arrays.stream(found.getParameterTypes())
                              .map(Class::getName)
                              .toList()
                              .equals(parameters));
        }
      }
    }
    for (JsonElement resource : metadata(module).getAsJsonArray("resources")) {
      String glob = resource.getAsJsonObject().get("glob").getAsString();
      String folder = glob.substring(0, glob.indexOf("/*"));
      assertThat(getClass().getClassLoader().getResource(folder)).as(glob).isNotNull();
    }
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name, false, NativeImageMetadataTest.class.getClassLoader());
  }

  private static Set<String> types(String module) throws IOException {
    Set<String> types = new TreeSet<>();
    for (JsonObject entry : reflection(module)) {
      types.add(entry.get("type").getAsString());
    }
    return types;
  }

  @Test
  void everyClassThatNativeCodeNamesIsThere() throws Exception {
    assertThat(types("sdk-core"))
        .containsAll(
            named(
                "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so",
                "ai/onnxruntime/[A-Z]\\w+(?=\\x00)"));
    assertThat(types("sdk-tokenizers"))
        .containsAll(
            named(
                "native/lib/linux-x86_64/cpu/libtokenizers.so",
                "ai/djl/huggingface/tokenizers/jni/[A-Z][a-z]+[A-Z][a-z]+"));
  }

  private static Set<String> named(String library, String pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    try (InputStream in =
        NativeImageMetadataTest.class.getClassLoader().getResourceAsStream(library)) {
      assertThat(in).as(library).isNotNull();
      Matcher names =
          Pattern.compile(pattern)
              .matcher(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      while (names.find()) {
        found.add(names.group().replace('/', '.'));
      }
    }
    assertThat(found).as(library).isNotEmpty();
    return found;
  }

  /** Caffeine finds the class that is made for a cache's settings by its name. */
  @Test
  void everyClassOfTheCacheIsThere() throws Exception {
    for (var policy :
        List.of(
            io.parlance.cache.CachePolicy.defaults(),
            io.parlance.cache.CachePolicy.defaults()
                .expireAfterWrite(java.time.Duration.ofHours(1)))) {
      var results = new io.parlance.cache.ResultCache(policy);
      var cache = results.getClass().getDeclaredMethod("cache");
      cache.setAccessible(true);
      Object bounded = bounded(cache.invoke(results));
      assertThat(types("sdk-core")).contains(bounded.getClass().getName());
      try (var prompts = new io.parlance.cache.PromptCache(policy)) {
        var field = prompts.getClass().getDeclaredField("cache");
        field.setAccessible(true);
        assertThat(types("sdk-core")).contains(bounded(field.get(prompts)).getClass().getName());
      }
    }
  }

  private static Object bounded(Object asynchronous) throws IllegalAccessException {
    for (Class<?> type = asynchronous.getClass(); type != null; type = type.getSuperclass()) {
      for (var field : type.getDeclaredFields()) {
        if (field.getName().equals("cache")) {
          field.setAccessible(true);
          return field.get(asynchronous);
        }
      }
    }
    throw new AssertionError("no cache in " + asynchronous.getClass());
  }
}
