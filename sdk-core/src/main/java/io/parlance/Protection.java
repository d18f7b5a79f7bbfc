package io.parlance;

/** What a translation keeps letter for letter, where it is asked to. */
public enum Protection {
  /**
   * {@code {name}}, {@code {{name}}}, {@code ${name}}, {@code %s}, {@code %1$d}, {@code %(name)s}.
   */
  PLACEHOLDERS,
  /** {@code https://...}, {@code http://...}, {@code ftp://...}, {@code www....} */
  URLS,
  /** {@code name@example.org} */
  EMAIL_ADDRESSES
}
