package io.parlance.models.ngram;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.parlance.InvalidInputException;
import io.parlance.ModelNotFoundException;
import io.parlance.ModelUnusableException;
import io.parlance.NlpException;
import io.parlance.models.files.AtomicFile;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The folder of an n-gram model. */
final class NgramFolder {

  private static final String CONFIG = "config.json";
  private static final String ARPA = "model.arpa";
  private static final String COUNTS = "counts.tsv";
  private static final String TYPE = "ngram";
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private NgramFolder() {}

  static boolean isAt(Path path) {
    if (Files.isDirectory(path)) {
      JsonObject config = config(path);
      return config != null && new JsonPrimitive(TYPE).equals(config.get("model_type"));
    }
    String name = path.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".arpa") || name.endsWith(".arpa.gz");
  }

  /** Null where there is none that can be read. */
  private static @Nullable JsonObject config(Path folder) {
    try {
      return JsonParser.parseString(Files.readString(folder.resolve(CONFIG))).getAsJsonObject();
    } catch (IOException | JsonParseException | IllegalStateException e) {
      return null;
    }
  }

  static void save(NgramLanguageModel model, Path folder) {
    requireFree(folder);
    JsonObject config = new JsonObject();
    config.addProperty("model_type", TYPE);
    config.addProperty("order", model.order());
    config.addProperty("vocab_size", model.vocabulary().size());
    model.smoothing().ifPresent(smoothing -> config.add("smoothing", json(smoothing)));
    try {
      Files.createDirectories(folder);
      if (model instanceof CountModel counts) {
        Files.deleteIfExists(folder.resolve(ARPA));
        AtomicFile.write(folder.resolve(COUNTS), channel -> write(counts.counts(), channel));
      } else {
        Files.deleteIfExists(folder.resolve(COUNTS));
        model.writeArpa(folder.resolve(ARPA));
      }
      AtomicFile.writeString(folder.resolve(CONFIG), GSON.toJson(config) + "\n");
    } catch (IOException e) {
      throw new NlpException("cannot write " + folder + ": " + e, e);
    }
  }

  /** Refuses a folder that holds anything else. */
  private static void requireFree(Path folder) {
    String[] names = folder.toFile().list();
    boolean free =
        Files.isDirectory(folder) ? names != null && names.length == 0 : !Files.exists(folder);
    if (!free && !isAt(folder)) {
      throw new InvalidInputException(
          "the target " + folder + " is there and no n-gram model; name a new folder");
    }
  }

  private static JsonObject json(NgramSmoothing smoothing) {
    JsonObject json = new JsonObject();
    if (smoothing instanceof NgramSmoothing.KneserNey kneserNey) {
      json.addProperty("type", kneserNey.modified() ? "modified_kneser_ney" : "kneser_ney");
    } else if (smoothing instanceof NgramSmoothing.Additive additive) {
      json.addProperty("type", "lidstone");
      json.addProperty("pseudo_count", additive.pseudoCount());
    } else if (smoothing instanceof NgramSmoothing.JelinekMercer mixed) {
      json.addProperty("type", "jelinek_mercer");
      JsonArray weights = new JsonArray();
      mixed.weights().forEach(weights::add);
      json.add("weights", weights);
    } else {
      json.addProperty("type", "mle");
    }
    return json;
  }

  private static NgramSmoothing smoothing(JsonObject json) {
    return switch (json.get("type").getAsString()) {
      case "mle" -> NgramSmoothing.maximumLikelihood();
      case "lidstone" -> NgramSmoothing.lidstone(json.get("pseudo_count").getAsDouble());
      case "jelinek_mercer" ->
          NgramSmoothing.jelinekMercer(
              json.getAsJsonArray("weights").asList().stream()
                  .map(JsonElement::getAsDouble)
                  .toList());
      default -> throw new IllegalArgumentException("smoothing " + json + " is none with counts");
    };
  }

  private static void write(NgramCounts counts, WritableByteChannel channel) throws IOException {
    Writer out =
        new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), -1));
    int order = counts.trie().order();
    for (int ngram = 0; ngram < counts.trie().size(order); ngram++) {
      long count = counts.count(order, ngram);
      if (count > 0) {
        out.write(counts.trie().text(order, ngram) + "\t" + count + "\n");
      }
    }
    out.flush();
  }

  static NgramLanguageModel load(Path path) {
    if (!Files.isDirectory(path)) {
      return ArpaReader.read(path);
    }
    if (!isAt(path)) {
      throw new ModelNotFoundException(
          path.toAbsolutePath()
              + " is no n-gram model: its config.json must have the model_type "
              + TYPE);
    }
    if (Files.isRegularFile(path.resolve(ARPA))) {
      return ArpaReader.read(path.resolve(ARPA));
    }
    return counted(path);
  }

  private static CountModel counted(Path folder) {
    JsonObject config = config(folder);
    Path file = folder.resolve(COUNTS);
    if (config == null || !Files.isRegularFile(file)) {
      throw new ModelNotFoundException(
          folder.toAbsolutePath() + " has neither " + ARPA + " nor " + COUNTS);
    }
    long line = 0;
    try (BufferedReader in = Files.newBufferedReader(file)) {
      NgramSmoothing smoothing = smoothing(config.getAsJsonObject("smoothing"));
      NgramTrie trie = new NgramTrie(new Vocabulary(), config.get("order").getAsInt());
      NgramCounts counts = new NgramCounts(trie, false);
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        line++;
        int tab = text.indexOf('\t');
        String[] words = text.substring(0, tab).split(" ", -1);
        if (words.length != trie.order()) {
          throw new IllegalArgumentException("expected " + trie.order() + " words");
        }
        int[] ids = new int[words.length];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = trie.vocabulary().add(words[i]);
        }
        counts.add(ids, Long.parseUnsignedLong(text.substring(tab + 1)));
      }
      return new CountModel(counts, smoothing);
    } catch (IOException | RuntimeException e) {
      throw new ModelUnusableException(
          file + (line == 0 ? "" : ", line " + line) + " cannot be read: " + e.getMessage(), e);
    }
  }
}
