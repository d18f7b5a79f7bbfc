package io.parlance.model.hub;

import io.parlance.InvalidInputException;
import java.util.regex.Pattern;

/**
 * One state of a model repository.
 *
 * @param repository {@code organisation/name}, or only a name for the oldest models
 * @param revision a branch, a tag, or a commit in hexadecimal; a whole commit (40 digits) pins the
 *     model and needs no network once its files are in the cache
 */
public record HubReference(String repository, String revision) {
  /** How a reference begins where other kinds of source are possible. */
  public static final String PREFIX = "hf:";

  /** The branch that is taken if none is named. */
  public static final String MAIN = "main";

  private static final Pattern PART = Pattern.compile("\\w[\\w.-]{0,95}");
  private static final Pattern REVISION = Pattern.compile("\\w[\\w.+/-]{0,254}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * Checks both parts.
   *
   * @throws InvalidInputException if they cannot be names
   */
  public HubReference {
    String[] parts = repository.split("/", -1);
    boolean named = parts.length <= 2;
    for (String part : parts) {
      // two hyphens part the names in the cache; the hub allows none of these endings
      named &= PART.matcher(part).matches() && !part.matches(".*(--|\\.\\.).*|.*[.-]|.*\\.git");
    }
    if (!named) {
      throw new InvalidInputException(
          "'" + repository + "' is not the name of a repository; write organisation/name");
    }
    if (!REVISION.matcher(revision).matches() || !FileNames.isSafe(revision)) {
      throw new InvalidInputException(
          "'"
              + revision
              + "' is not a revision of "
              + repository
              + "; write a branch, a tag or a commit");
    }
  }

  /**
   * Reads {@code hf:organisation/name} or {@code hf:organisation/name@revision}, with or without
   * {@code hf:}.
   *
   * @throws InvalidInputException if it is not of that form
   */
  public static HubReference parse(String text) {
    String name = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    int at = name.indexOf('@');
    return at < 0
        ? new HubReference(name, MAIN)
        : new HubReference(name.substring(0, at), name.substring(at + 1));
  }

  /** Whether the revision is a whole commit, which never changes. */
  public boolean isPinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  @Override
  public String toString() {
    return PREFIX + repository + (revision.equals(MAIN) ? "" : "@" + revision);
  }
}
