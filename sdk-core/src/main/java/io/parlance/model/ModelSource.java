package io.parlance.model;

import io.parlance.InvalidInputException;
import io.parlance.model.hub.HubOptions;
import io.parlance.model.hub.HubReference;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a model is: a folder, a hub or a place on the class path, and which of its graph files to
 * take. Nothing is read until the model is opened.
 */
public sealed interface ModelSource {
  /**
   * The part of the graph's file name behind {@code model_}, for example {@code int8}; empty for
   * the plain file.
   */
  String variant();

  /**
   * The same model by another graph file: {@code fp16}, {@code int8}, {@code quantized}, {@code
   * q4}, ...
   */
  ModelSource withVariant(String variant);

  /** The same model by these settings where it comes from a hub and has no settings of its own. */
  default ModelSource withDefaultHub(HubOptions options) {
    return this;
  }

  /**
   * Reads a source as users write it: {@code hf:organisation/name}, {@code
   * hf:organisation/name@revision}, {@code classpath:some/folder}, or the path of a folder.
   *
   * @throws InvalidInputException if the text is empty or names a kind of source that is not
   *     available
   */
  static ModelSource of(String text) {
    if (text.isBlank()) {
      throw new InvalidInputException(
          "the model source is empty; give a folder, hf:organisation/name or"
              + " classpath:some/folder");
    }
    if (text.startsWith("classpath:")) {
      return new ClassPath(text.substring("classpath:".length()), "");
    }
    if (text.startsWith(HubReference.PREFIX)) {
      return new Hub(HubReference.parse(text), "", null);
    }
    try {
      return of(Path.of(text));
    } catch (InvalidPathException e) {
      throw new InvalidInputException(
          "model source '" + text + "' is not a path: " + e.getReason(), e);
    }
  }

  /** A folder. */
  static ModelSource of(Path folder) {
    return new Folder(folder, "");
  }

  /**
   * A folder of the file system.
   *
   * @param path the folder with {@code config.json}
   * @param variant see {@link #variant()}
   */
  record Folder(Path path, String variant) implements ModelSource {
    @Override
    public ModelSource withVariant(String other) {
      return new Folder(path, other);
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * A repository of a Hugging Face hub or a mirror.
   *
   * @param reference which repository and revision
   * @param variant see {@link #variant()}
   * @param options how to reach the hub; null for what the environment says when it is opened
   */
  record Hub(HubReference reference, String variant, @Nullable HubOptions options)
      implements ModelSource {
    @Override
    public ModelSource withVariant(String other) {
      return new Hub(reference, other, options);
    }

    /** The same model by these settings. */
    public Hub withOptions(HubOptions other) {
      return new Hub(reference, variant, other);
    }

    @Override
    public ModelSource withDefaultHub(HubOptions other) {
      return options == null ? withOptions(other) : this;
    }

    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * A folder on the class path.
   *
   * @param resource its name, with or without leading and closing slashes
   * @param variant see {@link #variant()}
   */
  record ClassPath(String resource, String variant) implements ModelSource {
    /** Drops leading and closing slashes. */
    public ClassPath {
      resource = resource.replaceAll("^/+|/+$", "");
    }

    @Override
    public ModelSource withVariant(String other) {
      return new ClassPath(resource, other);
    }

    @Override
    public String toString() {
      return "classpath:" + resource;
    }
  }
}
