package io.parlance.model.hub;

import io.parlance.ModelDownloadException;
import java.util.regex.Pattern;

/** Names that come from a server and become paths here. */
final class FileNames {
  private static final Pattern ETAG = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,200}");

  private FileNames() {}

  /** Whether a name with slashes stays within the folder that it is resolved against. */
  static boolean isSafe(String name) {
    if (name.isEmpty() || name.length() > 1000) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // a backslash parts folders on Windows, a colon names a drive or a stream there
      if (c < ' ' || c == '\\' || c == ':' || c == 0x7f) {
        return false;
      }
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /**
   * Refuses a name that leads out of the folder.
   *
   * @throws ModelDownloadException if it does
   */
  static String check(String name, Object where) {
    if (!isSafe(name)) {
      throw new ModelDownloadException(
          where + " has a file named '" + name + "', which leads out of the folder; refused");
    }
    return name;
  }

  /** Whether an entity tag can name a file. */
  static boolean isSafeEtag(String etag) {
    return ETAG.matcher(etag).matches();
  }
}
