package io.parlance.generation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.parlance.InvalidInputException;
import io.parlance.generation.constraint.Constraint;
import io.parlance.generation.constraint.ConstraintVocabulary;
import io.parlance.generation.constraint.TokenConstraint;
import io.parlance.tokenizers.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The constraints that answers of one model are held to, in its tokens. Thread-safe. */
final class ModelConstraints {
  /** Each remembers token masks, 64 MB at most. */
  private static final int MOST = 8;

  private final String model;
  private final @Nullable Tokenizer tokenizer;
  private final int scores;
  private final Cache<Key, TokenConstraint> latest =
      Caffeine.newBuilder().maximumSize(MOST).build();
  private final Cache<List<Integer>, ConstraintVocabulary> vocabularies =
      Caffeine.newBuilder().maximumSize(2).build();

  private record Key(Constraint constraint, List<Integer> ends) {}

  /**
   * Without any yet.
   *
   * @param scores of the model in one step
   */
  ModelConstraints(String model, @Nullable Tokenizer tokenizer, int scores) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.scores = scores;
  }

  /**
   * What holds answers to the constraint of all options together; null where there is none.
   *
   * @throws InvalidInputException if the constraint or the tokenizer make it impossible
   */
  @Nullable TokenConstraint of(GenerationOptions all) {
    Constraint constraint = all.constraint();
    if (constraint == null) {
      return null;
    }
    List<Integer> ends = all.get(GenerationOption.EOS_TOKEN_ID, List.of());
    return latest.get(
        new Key(constraint, ends), key -> constraint.on(vocabularies.get(ends, this::vocabulary)));
  }

  private ConstraintVocabulary vocabulary(List<Integer> ends) {
    if (tokenizer == null) {
      throw new InvalidInputException(
          "a constraint needs a tokenizer, and " + model + " has no tokenizer.json");
    }
    return ConstraintVocabulary.of(
        tokenizer, scores, ends.stream().mapToInt(Integer::intValue).toArray());
  }
}
