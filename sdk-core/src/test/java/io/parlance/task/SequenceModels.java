package io.parlance.task;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.Consumer;

/** Folders of models with an encoder, made of the graphs of one small T5. */
final class SequenceModels {
  private SequenceModels() {}

  /** The model of the reference: prefixes for summaries and for English to German. */
  static Path prefixes(Path target) throws IOException {
    TestModels.copy("t5-encoder-decoder", target);
    for (String file : new String[] {"config.json", "generation_config.json"}) {
      Files.copy(
          TestModels.folder("text2text-t5").resolve(file),
          target.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return target;
  }

  /** Without settings for tasks. */
  static Path plain(Path target) throws IOException {
    return TestModels.copy("t5-encoder-decoder", target);
  }

  /** Has spare tokens of the vocabulary spelled otherwise. */
  static Path rename(Path folder, Map<String, String> tokens) throws IOException {
    for (String file :
        new String[] {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}) {
      String json = Files.readString(folder.resolve(file));
      for (Map.Entry<String, String> each : tokens.entrySet()) {
        json = json.replace('"' + each.getKey() + '"', '"' + each.getValue() + '"');
      }
      Files.writeString(folder.resolve(file), json);
    }
    return folder;
  }

  /** Changes a JSON file. */
  static Path edit(Path folder, String file, Consumer<JsonObject> change) throws IOException {
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve(file))).getAsJsonObject();
    change.accept(json);
    Files.writeString(folder.resolve(file), json.toString());
    return folder;
  }
}
