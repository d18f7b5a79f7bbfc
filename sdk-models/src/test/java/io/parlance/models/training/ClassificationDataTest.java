package io.parlance.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.tokenizers.Tokenizer;
import io.parlance.tokenizers.training.WordPieceOptions;
import io.parlance.tokenizers.training.WordPieceTrainer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationDataTest {

  private static final Labels LABELS =
      new Labels(List.of("no", "yes"), ProblemType.SINGLE_LABEL_CLASSIFICATION);

  @TempDir Path folder;

  @Test
  void textsAndPairsAreTokenizedCutAndPadded() {
    List<String> texts = List.of("one two three four", "five", "one five");
    new WordPieceTrainer(WordPieceOptions.DEFAULT.withVocabularySize(60).withMinimumFrequency(1))
        .train(texts.iterator())
        .save(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      LabeledDataset dataset =
          new LabeledDataset(
              List.of(
                  new LabeledExample("one two three four", "five", new Target.OneClass(1)),
                  new LabeledExample("five", "one", new Target.OneClass(0))),
              LABELS);
      ClassificationData data = ClassificationData.of(dataset, tokenizer, 7);
      // [CLS] one two three [SEP] five [SEP]
      assertThat(data.lengths()).containsExactly(7, 5);
      try (TrainingData.Batch batch = data.batch(new int[] {1, 0}, CounterRandom.of(0))) {
        assertThat(batch.inputs())
            .containsOnlyKeys("input_ids", "attention_mask", "token_type_ids", "labels");
        assertThat(batch.examples()).isEqualTo(2);
        assertThat(batch.tokens()).isEqualTo(12);
        long[] ids = batch.inputs().get("input_ids").toLongArray();
        assertThat(tokenizer.decode(ids, true)).isEqualTo("five one one two three five");
        assertThat(ids[5]).isEqualTo(tokenizer.padTokenId().orElseThrow());
        assertThat(batch.inputs().get("attention_mask").toLongArray())
            .containsExactly(1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1);
        assertThat(batch.inputs().get("token_type_ids").toLongArray())
            .containsExactly(0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1);
        assertThat(batch.inputs().get("labels").toLongArray()).containsExactly(0, 1);
      }
      assertThat(data.digest())
          .isEqualTo(ClassificationData.of(dataset, tokenizer, 7).digest())
          .isNotEqualTo(ClassificationData.of(dataset, tokenizer, 6).digest());
      // the words of a second text are other words than those of the first
      TokenSequence pair = TokenSequence.of(tokenizer.encode("one two", "five"));
      assertThat(List.of(pair.word(0), pair.word(1), pair.word(2), pair.word(4)))
          .containsExactly(-1, 0, 1, 2);
    }
  }
}
