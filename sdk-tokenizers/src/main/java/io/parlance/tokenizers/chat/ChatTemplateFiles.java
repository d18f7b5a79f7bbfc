package io.parlance.tokenizers.chat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of a model say what its chat templates and special tokens are: {@code
 * chat_template.jinja} and {@code additional_chat_templates/NAME.jinja} win over {@code
 * chat_template} of {@code tokenizer_config.json}.
 */
final class ChatTemplateFiles {
  static final String DEFAULT_NAME = "default";

  private static final String TEMPLATE_FILE = "chat_template.jinja";
  private static final String ADDITIONAL_FOLDER = "additional_chat_templates";
  private static final String CONFIG_FILE = "tokenizer_config.json";
  private static final String MAP_FILE = "special_tokens_map.json";
  private static final String EXTENSION = ".jinja";

  /** The tokens that transformers passes to templates. */
  private static final List<String> TOKEN_NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final Path folder;

  ChatTemplateFiles(Path folder) {
    this.folder = folder;
  }

  ChatTemplate load() {
    JsonObject config = json(CONFIG_FILE);
    Map<String, String> templates = templateFiles();
    if (templates.isEmpty()) {
      templates = configured(config);
    }
    if (templates.isEmpty()) {
      throw new ChatTemplateException(
          "folder "
              + folder
              + " has no chat template: neither chat_template.jinja nor 'chat_template' in"
              + " tokenizer_config.json; add the chat_template.jinja that the model was trained"
              + " with, or prompt the model with plain text");
    }
    return ChatTemplate.of(folder.toString(), templates, specialTokens(config, json(MAP_FILE)));
  }

  private Map<String, String> templateFiles() {
    Map<String, String> templates = new LinkedHashMap<>();
    String main = read(folder.resolve(TEMPLATE_FILE));
    if (main != null) {
      templates.put(DEFAULT_NAME, main);
    }
    Path additional = folder.resolve(ADDITIONAL_FOLDER);
    if (Files.isDirectory(additional)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(additional, "*" + EXTENSION)) {
        List<Path> sorted = new ArrayList<>();
        files.forEach(sorted::add);
        sorted.sort(null);
        for (Path file : sorted) {
          String name = file.getFileName().toString();
          String text = Objects.requireNonNull(read(file), name);
          templates.put(name.substring(0, name.length() - EXTENSION.length()), text);
        }
      } catch (IOException e) {
        throw new ChatTemplateException(additional + " cannot be read: " + e, e);
      }
    }
    return templates;
  }

  /** A string, or a list of objects with name and template. */
  private Map<String, String> configured(JsonObject config) {
    JsonElement element = config.get("chat_template");
    Map<String, String> templates = new LinkedHashMap<>();
    try {
      if (element != null && element.isJsonArray()) {
        for (JsonElement entry : element.getAsJsonArray()) {
          JsonObject named = entry.getAsJsonObject();
          templates.put(named.get("name").getAsString(), named.get("template").getAsString());
        }
      } else if (element != null && !element.isJsonNull()) {
        templates.put(DEFAULT_NAME, element.getAsString());
      }
    } catch (IllegalStateException | UnsupportedOperationException | NullPointerException e) {
      throw new ChatTemplateException(
          folder.resolve(CONFIG_FILE)
              + ": 'chat_template' must be a string or a list of {name, template}",
          e);
    }
    return templates;
  }

  private static Map<String, String> specialTokens(JsonObject config, JsonObject map) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String name : TOKEN_NAMES) {
      String content = content(config.get(name));
      if (content == null) {
        content = content(map.get(name));
      }
      if (content != null) {
        tokens.put(name, content);
      }
    }
    return tokens;
  }

  /** A token is written as a string or as an object with flags. */
  private static @Nullable String content(@Nullable JsonElement token) {
    if (token != null && token.isJsonObject()) {
      return content(token.getAsJsonObject().get("content"));
    }
    return token != null && token.isJsonPrimitive() ? token.getAsString() : null;
  }

  private JsonObject json(String name) {
    String text = read(folder.resolve(name));
    if (text == null) {
      return new JsonObject();
    }
    try {
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new ChatTemplateException(folder.resolve(name) + " is not a JSON object", e);
    }
  }

  private static @Nullable String read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ChatTemplateException(file + " cannot be read: " + e, e);
    }
  }
}
