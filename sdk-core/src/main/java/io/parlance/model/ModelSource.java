package io.parlance.model;

import io.parlance.InvalidInputException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where a model is: a folder or a place on the class path, and which of its graph files to take.
 * Nothing is read until the model is opened.
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

  /**
   * Reads a source as users write it: {@code classpath:some/folder}, or the path of a folder.
   *
   * @throws InvalidInputException if the text is empty or names a kind of source that is not
   *     available
   */
  static ModelSource of(String text) {
    if (text.isBlank()) {
      throw new InvalidInputException(
          "the model source is empty; give a folder or classpath:some/folder");
    }
    if (text.startsWith("classpath:")) {
      return new ClassPath(text.substring("classpath:".length()), "");
    }
    if (text.startsWith("hf:")) {
      throw new InvalidInputException(
          "model source '"
              + text
              + "': downloading is not available yet; download the model's files into a folder"
              + " and give the folder");
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
