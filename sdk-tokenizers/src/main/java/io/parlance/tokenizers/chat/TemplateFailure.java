package io.parlance.tokenizers.chat;

/** What went wrong inside a template, before its name and line are known. */
final class TemplateFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean raisedByTemplate;

  TemplateFailure(String message) {
    this(message, false);
  }

  private TemplateFailure(String message, boolean raisedByTemplate) {
    super(message, null, false, false); // the Java stack says nothing about the template
    this.raisedByTemplate = raisedByTemplate;
  }

  static TemplateFailure raisedByTemplate(String message) {
    return new TemplateFailure(message, true);
  }

  boolean isRaisedByTemplate() {
    return raisedByTemplate;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
