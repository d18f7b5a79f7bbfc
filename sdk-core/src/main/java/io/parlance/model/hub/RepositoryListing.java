package io.parlance.model.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of one commit.
 *
 * @param commit in hexadecimal
 * @param files names and what is known of each
 */
record RepositoryListing(String commit, SortedMap<String, Entry> files) {
  private static final int TREE_FORMAT = 1;

  RepositoryListing {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /**
   * One file.
   *
   * @param size bytes of the content; of the pointer where the content lies elsewhere; -1 unknown
   * @param blob SHA-1 that git gives it, or null
   * @param sha256 of content that lies elsewhere (LFS), or null
   * @param contentSize bytes of that content
   * @param xet its name in the hub's chunk store, or null
   */
  record Entry(
      long size,
      @Nullable String blob,
      @Nullable String sha256,
      long contentSize,
      @Nullable String xet) {}

  /**
   * Reads the answer to {@code GET api/models/REPOSITORY/revision/REVISION}.
   *
   * @return null if it is not such an answer
   */
  static @Nullable RepositoryListing parse(String json) {
    try {
      JsonObject root = JsonParser.parseString(json).getAsJsonObject();
      String commit = text(root, "sha");
      if (commit == null
          || !HubReference.isCommit(commit)
          || !(root.get("siblings") instanceof JsonArray siblings)) {
        return null;
      }
      TreeMap<String, Entry> files = new TreeMap<>();
      for (JsonElement each : siblings) {
        JsonObject file = each.getAsJsonObject();
        String name = text(file, "rfilename");
        if (name == null) {
          return null;
        }
        JsonObject lfs = file.get("lfs") instanceof JsonObject object ? object : new JsonObject();
        files.put(
            name,
            new Entry(
                number(file, "size"),
                text(file, "blobId"),
                text(lfs, "sha256"),
                number(lfs, "size"),
                text(file, "xetHash")));
      }
      return new RepositoryListing(commit, files);
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException e) {
      return null;
    }
  }

  /** Reads {@code trees/COMMIT.json} as huggingface_hub writes it; null if it is something else. */
  static @Nullable RepositoryListing parseTree(String commit, String json) {
    try {
      JsonObject root = JsonParser.parseString(json).getAsJsonObject();
      if (number(root, "format_version") != TREE_FORMAT
          || !(root.get("files") instanceof JsonObject names)) {
        return null;
      }
      TreeMap<String, Entry> files = new TreeMap<>();
      for (String name : names.keySet()) {
        JsonObject file = names.getAsJsonObject(name);
        files.put(
            name,
            new Entry(
                number(file, "size"),
                text(file, "blob_id"),
                text(file, "lfs_sha256"),
                number(file, "lfs_size"),
                text(file, "xet_hash")));
      }
      return new RepositoryListing(commit, files);
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | UnsupportedOperationException
        | NumberFormatException e) {
      return null;
    }
  }

  /** What {@link #parseTree} reads, or null if sizes or hashes are not known. */
  @Nullable String toTree() {
    JsonObject names = new JsonObject();
    for (var named : files.entrySet()) {
      Entry entry = named.getValue();
      if (entry.size < 0 || entry.blob == null || (entry.sha256 != null && entry.contentSize < 0)) {
        return null;
      }
      JsonObject file = new JsonObject();
      file.addProperty("size", entry.size);
      file.addProperty("blob_id", entry.blob);
      if (entry.sha256 != null) {
        file.addProperty("lfs_sha256", entry.sha256);
        file.addProperty("lfs_size", entry.contentSize);
      }
      if (entry.xet != null) {
        file.addProperty("xet_hash", entry.xet);
      }
      names.add(named.getKey(), file);
    }
    JsonObject root = new JsonObject();
    root.addProperty("format_version", TREE_FORMAT);
    root.add("files", names);
    return root.toString();
  }

  private static @Nullable String text(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? null : value.getAsString();
  }

  private static long number(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? -1 : value.getAsLong();
  }
}
