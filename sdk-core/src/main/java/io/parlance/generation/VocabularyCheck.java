package io.parlance.generation;

import io.parlance.InvalidInputException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Whether the tokens that options name are tokens of the model. */
final class VocabularyCheck {
  private VocabularyCheck() {}

  /**
   * Refuses tokens that are to be written, or weighed, and do not exist; what is only to be left
   * out may name any.
   */
  static void check(GenerationOptions options, int vocabulary) {
    for (GenerationOption<List<Integer>> option :
        List.of(GenerationOption.FORCED_BOS_TOKEN_ID, GenerationOption.FORCED_EOS_TOKEN_ID)) {
      check(option, options.get(option, List.of()), vocabulary);
    }
    for (List<Integer> word : options.get(GenerationOption.BAD_WORDS_IDS, List.of())) {
      check(GenerationOption.BAD_WORDS_IDS, word, vocabulary);
    }
    for (List<Integer> word : options.get(GenerationOption.SEQUENCE_BIAS, Map.of()).keySet()) {
      check(GenerationOption.SEQUENCE_BIAS, word, vocabulary);
    }
  }

  private static void check(
      GenerationOption<?> option, Collection<Integer> tokens, int vocabulary) {
    for (int token : tokens) {
      if (token >= vocabulary) {
        throw new InvalidInputException(
            option
                + " has token id "
                + token
                + ", and the model's vocabulary ends at "
                + (vocabulary - 1));
      }
    }
  }
}
