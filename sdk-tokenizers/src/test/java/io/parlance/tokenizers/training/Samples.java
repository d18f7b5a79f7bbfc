package io.parlance.tokenizers.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts for training, made from a small grammar so that no file is needed. */
final class Samples {
  private static final String[] SUBJECTS = {
    "The old sailor",
    "A young teacher",
    "My neighbour",
    "Nobody",
    "The captain's daughter",
    "An engineer"
  };
  private static final String[] VERBS = {
    "never told", "often reads", "has forgotten", "wrote down", "doesn't believe"
  };
  private static final String[] OBJECTS = {
    "the story of the sea",
    "letters from the harbour",
    "stories about sailing",
    "the longest night",
    "an older map"
  };
  private static final String[] ENDS = {".", "!", ", but why?", " in 1984.", " - or so it's said."};

  private Samples() {}

  static List<String> lines() {
    Random random = new Random(20);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      lines.add(
          pick(SUBJECTS, random)
              + " "
              + pick(VERBS, random)
              + " "
              + pick(OBJECTS, random)
              + pick(ENDS, random));
    }
    return lines;
  }

  private static String pick(String[] choices, Random random) {
    return choices[random.nextInt(choices.length)];
  }
}
