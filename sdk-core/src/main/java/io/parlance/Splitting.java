package io.parlance;

/** How a text is taken apart before a model with an encoder reads it. */
public enum Splitting {
  /** Into sentences, each by itself; what is too long for the model still, into clauses. */
  SENTENCES,
  /** As many whole sentences together as the model can read. */
  LONGEST,
  /** Not at all: the model reads the text as it is, and one that is too long is refused. */
  NONE
}
