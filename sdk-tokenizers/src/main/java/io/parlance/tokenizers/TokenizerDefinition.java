package io.parlance.tokenizers;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the SDK itself needs to know of a {@code tokenizer.json}: the vocabulary, which added tokens
 * are special, how offsets were trimmed, and how tokens are spelled. Read as a stream, since
 * vocabularies of several 100 000 tokens are common.
 *
 * @param trimsAddedPrefixSpace whether a byte-level post-processor trims offsets and leaves the
 *     space that it added itself; see {@link Windows}
 * @param continuationPrefix what begins tokens that continue a word, or null
 * @param decoder what makes text of tokens
 * @param decoderSteps the types of the decoder's steps; see {@link TokenDecoder#steps}
 */
record TokenizerDefinition(
    Vocabulary vocabulary,
    @Nullable String unknownToken,
    @Nullable String padToken,
    boolean trimsAddedPrefixSpace,
    @Nullable String continuationPrefix,
    TokenDecoder decoder,
    List<String> decoderSteps) {

  static TokenizerDefinition parse(String name, String json) {
    try {
      return new Parser(name).parse(json);
    } catch (MalformedJsonException
        | EOFException
        | JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | ClassCastException
        | NumberFormatException e) {
      throw new TokenizerException(name + " is not a usable tokenizer.json: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new AssertionError("reading from a string does not fail", e);
    }
  }

  private static final class Parser {
    private final String name;
    private final Vocabulary.Builder vocabulary = new Vocabulary.Builder();
    private @Nullable String unknownToken;
    private int unknownId = -1;
    private @Nullable String padToken;
    private boolean trimsAddedPrefixSpace;
    private @Nullable String continuationPrefix;
    private JsonElement decoder = JsonNull.INSTANCE;
    private boolean modelSeen;

    Parser(String name) {
      this.name = name;
    }

    TokenizerDefinition parse(String json) throws IOException {
      // Added tokens override the model's vocabulary but come first in the file.
      List<JsonObject> addedTokens = new ArrayList<>();
      try (JsonReader reader = new JsonReader(new StringReader(json))) {
        reader.beginObject();
        while (reader.hasNext()) {
          switch (reader.nextName()) {
            case "added_tokens" -> readAddedTokens(reader, addedTokens);
            case "model" -> readModel(reader);
            case "decoder" -> decoder = JsonParser.parseReader(reader);
            case "padding" -> readPadding(JsonParser.parseReader(reader));
            case "post_processor" -> {
              JsonElement processor = JsonParser.parseReader(reader);
              PostProcessor.check(processor);
              trimsAddedPrefixSpace = PostProcessor.trimsAddedPrefixSpace(processor);
            }
            default -> reader.skipValue();
          }
        }
        reader.endObject();
      }
      if (!modelSeen) {
        throw new TokenizerException(
            name + " is not a usable tokenizer.json: it has no 'model' object");
      }
      for (JsonObject token : addedTokens) {
        JsonElement special = token.get("special");
        vocabulary.add(
            token.get("content").getAsString(),
            token.get("id").getAsInt(),
            special != null && special.getAsBoolean());
      }
      Vocabulary words = vocabulary.build(name);
      String unknown =
          unknownToken == null && unknownId >= 0 ? words.token(unknownId) : unknownToken;
      return new TokenizerDefinition(
          words,
          unknown,
          padToken,
          trimsAddedPrefixSpace,
          continuationPrefix,
          TokenDecoder.of(decoder),
          TokenDecoder.steps(decoder));
    }

    private static void readAddedTokens(JsonReader reader, List<JsonObject> tokens)
        throws IOException {
      reader.beginArray();
      while (reader.hasNext()) {
        JsonObject token = JsonParser.parseReader(reader).getAsJsonObject();
        if (!token.has("content") || !token.has("id")) {
          throw new IllegalStateException(
              "an entry of 'added_tokens' lacks 'content' or 'id': " + token);
        }
        tokens.add(token);
      }
      reader.endArray();
    }

    private void readModel(JsonReader reader) throws IOException {
      modelSeen = true;
      reader.beginObject();
      while (reader.hasNext()) {
        switch (reader.nextName()) {
          case "vocab" -> readVocabulary(reader);
          case "unk_token" ->
              unknownToken =
                  reader.peek() == JsonToken.NULL ? skipNull(reader) : reader.nextString();
          case "continuing_subword_prefix" ->
              continuationPrefix =
                  reader.peek() == JsonToken.NULL ? skipNull(reader) : reader.nextString();
          case "unk_id" -> {
            if (reader.peek() == JsonToken.NULL) {
              reader.nextNull();
            } else {
              unknownId = reader.nextInt();
            }
          }
          default -> reader.skipValue();
        }
      }
      reader.endObject();
    }

    private static @Nullable String skipNull(JsonReader reader) throws IOException {
      reader.nextNull();
      return null;
    }

    /**
     * WordPiece, WordLevel and BPE map tokens to ids; Unigram lists tokens with scores, the id is
     * the position.
     */
    private void readVocabulary(JsonReader reader) throws IOException {
      if (reader.peek() == JsonToken.BEGIN_OBJECT) {
        reader.beginObject();
        while (reader.hasNext()) {
          vocabulary.add(reader.nextName(), reader.nextInt(), false);
        }
        reader.endObject();
        return;
      }
      reader.beginArray();
      for (int id = 0; reader.hasNext(); id++) {
        reader.beginArray();
        vocabulary.add(reader.nextString(), id, false);
        reader.skipValue();
        reader.endArray();
      }
      reader.endArray();
    }

    private void readPadding(JsonElement padding) {
      if (padding.isJsonObject() && padding.getAsJsonObject().has("pad_token")) {
        padToken = padding.getAsJsonObject().get("pad_token").getAsString();
      }
    }
  }
}
