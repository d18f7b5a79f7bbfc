package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How something that went wrong is told to the user, the same in a line's answer and on stderr. */
final class Failure {

  private Failure() {}

  /** The {@code {"type", "message"}} object of a line that could not be answered. */
  static JsonObject describe(Throwable cause) {
    JsonObject error = new JsonObject();
    error.addProperty("type", type(cause));
    error.addProperty("message", message(cause));
    return error;
  }

  /** The exception's name without its {@code Exception}. */
  private static String type(Throwable cause) {
    String name = cause.getClass().getSimpleName();
    String suffix = "Exception";
    return name.length() > suffix.length() && name.endsWith(suffix)
        ? name.substring(0, name.length() - suffix.length())
        : name;
  }

  /** One line that says what went wrong. */
  static String message(Throwable cause) {
    String message = cause.getMessage();
    if (cause instanceof FileSystemException files) {
      return files.getFile() + ": " + reason(files);
    }
    if (message == null || message.isBlank()) {
      return type(cause);
    }
    if (!isOurs(cause)) {
      message = type(cause) + ": " + message;
    }
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static boolean isOurs(Throwable cause) {
    String name = cause.getClass().getName();
    return name.startsWith("io.parlance.")
        || name.startsWith("picocli.")
        || cause instanceof IllegalArgumentException
        || cause instanceof IOException;
  }

  /** Why a file could not be read or written, for a message that names the file already. */
  static String reason(IOException cause) {
    if (!(cause instanceof FileSystemException files)) {
      return message(cause);
    }
    if (files.getReason() != null) {
      return files.getReason();
    }
    if (cause instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "exists already";
    }
    if (cause instanceof NotDirectoryException) {
      return "is not a folder";
    }
    if (cause instanceof DirectoryNotEmptyException) {
      return "is a folder that is not empty";
    }
    return type(cause);
  }

  /** Whether writing failed because the process that read our output has ended. */
  static boolean isClosedPipe(@Nullable Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof IOException && each.getMessage() != null) {
        String message = each.getMessage().toLowerCase(Locale.ROOT);
        if (message.contains("broken pipe") || message.contains("pipe is being closed")) {
          return true;
        }
      }
    }
    return false;
  }
}
