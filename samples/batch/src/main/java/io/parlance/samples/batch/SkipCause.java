package io.parlance.samples.batch;

/** Why a document has no results: the column {@code cause} of the table of skipped documents. */
enum SkipCause {
  /** It was there when the run began, and is not any more. */
  MISSING,
  /** The line is not the one that was there when the run began. */
  CHANGED,
  /** The file is broken, or no parser knows it. */
  NOT_READABLE,
  /** It asks for a password. */
  ENCRYPTED,
  /** Reading it took too long. */
  TIMEOUT,
  /** The line is not a JSON object in UTF-8. */
  NOT_JSON,
  /** The line has no such field, or it is no string. */
  NO_TEXT_FIELD,
  /** There are no characters in it, such as in scanned pages. */
  NO_TEXT,
  /** It is longer than {@code --max-characters}. */
  TOO_LONG,
  /** An earlier line has the same id. */
  DUPLICATE_ID,
  /** A model refused it. */
  MODEL
}
