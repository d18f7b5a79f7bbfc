package io.parlance.tokenizers.chat;

/**
 * What one rendering may use. Templates are data from strangers: every evaluation, every element
 * that is visited and every character that is made is counted here, so that a hostile template ends
 * with an error in bounded time and memory.
 */
final class Budget {
  /** About a second of interpretation; published templates need a few thousand. */
  private static final long STEPS = 4_000_000;

  /** Characters that may be made on the way, as a multiple of the output limit. */
  private static final long INTERMEDIATE_FACTOR = 32;

  /** Nested evaluations; each takes a few Java frames, and a thread may have only 512 KiB. */
  private static final int DEPTH = 600;

  private static final int SMALLEST_INTERMEDIATE = 1 << 20;

  private final int outputLimit;
  private long steps;
  private long characters;
  private long output;
  private int depth;

  Budget(int outputLimit) {
    this.outputLimit = outputLimit;
  }

  void step() {
    step(1);
  }

  void step(long count) {
    steps += count;
    if (steps > STEPS) {
      throw new TemplateFailure("the template takes more than " + STEPS + " steps");
    }
  }

  /** Announces characters, or elements of a list, before they are made. */
  void allocate(long count) {
    characters += count;
    long limit = INTERMEDIATE_FACTOR * Math.max(outputLimit, SMALLEST_INTERMEDIATE);
    if (count < 0 || characters > limit) {
      throw new TemplateFailure("the template makes more than " + limit + " characters of text");
    }
  }

  /** Counts a text that is made already, as it is as long as one that was counted. */
  String made(String text) {
    allocate(text.length());
    return text;
  }

  void output(int count) {
    output += count;
    if (output > outputLimit) {
      throw new TemplateFailure(
          "the rendered text is longer than "
              + outputLimit
              + " characters; a higher limit can be set with ChatTemplate.withOutputLimit");
    }
  }

  void enter() {
    step();
    if (++depth > DEPTH) {
      throw new TemplateFailure("the template is nested or recurses more than " + DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
