package io.parlance.tokenizers;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * What the SDK reads of the {@code post_processor}. The native library trusts a template blindly
 * and takes the process down when it names a token or a sequence that is not there, so templates
 * are checked here.
 */
final class PostProcessor {
  private PostProcessor() {}

  /**
   * Whether a byte-level processor trims offsets and leaves the space that it added itself; see
   * {@link Windows}.
   */
  static boolean trimsAddedPrefixSpace(JsonElement element) {
    if (!element.isJsonObject()) {
      return false;
    }
    JsonObject processor = element.getAsJsonObject();
    boolean trims = false;
    switch (type(processor)) {
      case "Sequence" -> {
        for (JsonElement part : array(processor, "processors")) {
          trims |= trimsAddedPrefixSpace(part);
        }
      }
      case "ByteLevel", "RobertaProcessing" ->
          trims = flag(processor, "trim_offsets") && flag(processor, "add_prefix_space");
      default -> {}
    }
    return trims;
  }

  /**
   * Refuses templates that the native library would not survive.
   *
   * @throws IllegalStateException with the reason
   */
  static void check(JsonElement element) {
    if (!element.isJsonObject()) {
      return;
    }
    JsonObject processor = element.getAsJsonObject();
    switch (type(processor)) {
      case "Sequence" -> array(processor, "processors").forEach(PostProcessor::check);
      case "TemplateProcessing" -> checkTemplate(processor);
      default -> {}
    }
  }

  private static void checkTemplate(JsonObject processor) {
    JsonElement defined = processor.get("special_tokens");
    JsonObject special =
        defined != null && defined.isJsonObject() ? defined.getAsJsonObject() : new JsonObject();
    for (String name : special.keySet()) {
      JsonObject token = special.getAsJsonObject(name);
      int ids = token.has("ids") ? token.getAsJsonArray("ids").size() : 0;
      int tokens = token.has("tokens") ? token.getAsJsonArray("tokens").size() : 0;
      if (ids != tokens) {
        throw new IllegalStateException(
            "the post-processor's special token '"
                + name
                + "' has "
                + ids
                + " ids but "
                + tokens
                + " tokens");
      }
    }
    for (String template : new String[] {"single", "pair"}) {
      for (JsonElement piece : array(processor, template)) {
        checkPiece(template, piece.getAsJsonObject(), special);
      }
    }
  }

  private static void checkPiece(String template, JsonObject piece, JsonObject special) {
    if (piece.has("SpecialToken")) {
      String id = id(piece.getAsJsonObject("SpecialToken"));
      if (!special.has(id)) {
        throw new IllegalStateException(
            "the post-processor's template '"
                + template
                + "' uses '"
                + id
                + "', which is not in its special_tokens");
      }
    } else if (template.equals("single") && piece.has("Sequence")) {
      String id = id(piece.getAsJsonObject("Sequence"));
      if (!id.equals("A")) {
        throw new IllegalStateException(
            "the post-processor's template for single texts uses the sequence '"
                + id
                + "'; it can only use 'A'");
      }
    }
  }

  private static String id(JsonObject piece) {
    if (!piece.has("id")) {
      throw new IllegalStateException(
          "a piece of the post-processor's template has no 'id': " + piece);
    }
    return piece.get("id").getAsString();
  }

  private static String type(JsonObject processor) {
    return processor.has("type") ? processor.get("type").getAsString() : "";
  }

  private static Iterable<JsonElement> array(JsonObject object, String key) {
    if (!object.has(key)) {
      throw new IllegalStateException("the post-processor has no '" + key + "'");
    }
    return object.getAsJsonArray(key);
  }

  /** Both flags are true where the file leaves them out, as in the reference. */
  private static boolean flag(JsonObject processor, String key) {
    return !processor.has(key) || processor.get(key).getAsBoolean();
  }
}
