package io.parlance.tokenizers.chat;

/**
 * What a name or attribute that is not there evaluates to: prints as nothing, is false and empty,
 * and fails with its reason when anything else is done with it.
 */
record Undefined(String reason) {

  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object owner, String name) {
    return new Undefined("'" + PythonTypes.describe(owner) + "' has no attribute '" + name + "'");
  }

  static Undefined element(Object owner, Object key, Budget budget) {
    if (key instanceof String name) {
      return attribute(owner, name);
    }
    return new Undefined(
        PythonTypes.describe(owner) + " has no element " + PythonText.quoted(key, budget));
  }

  /** A method that would change the caller's data. */
  static Undefined forbidden(Object owner, String name) {
    return new Undefined(
        "access to '" + name + "' of '" + PythonTypes.describe(owner) + "' is not allowed");
  }

  TemplateFailure failure() {
    return new TemplateFailure(reason);
  }

  /** Undefined values are equal whatever their reason, as in the reference. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
