package io.parlance.models.training;

import io.parlance.models.TrainableModel;
import io.parlance.models.architecture.BertConfig;
import io.parlance.models.architecture.Head;
import io.parlance.models.architecture.Labels;
import io.parlance.models.architecture.Labels.ProblemType;
import io.parlance.models.objective.MaskedLanguageModeling;
import io.parlance.models.objective.TokenMasking;
import io.parlance.models.objective.TokenSequence;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A language of 30 tokens, in which a sequence is of class 1 if it has more tokens 10 than tokens
 * 11.
 */
final class TinyTask {

  static final int VOCABULARY = 30;
  static final Labels LABELS =
      new Labels(List.of("fewer", "more"), ProblemType.SINGLE_LABEL_CLASSIFICATION);

  private TinyTask() {}

  static TrainableModel classifier(long seed) {
    return TrainableModel.initialize(config(0.1, LABELS).model(Head.SEQUENCE_CLASSIFICATION), seed);
  }

  static BertConfig config(double dropout, Labels labels) {
    return BertConfig.base()
        .with(
            s ->
                s.sizes(1, 16, 2, 32)
                    .vocabulary(VOCABULARY, 0)
                    .maxPositionEmbeddings(24)
                    .dropout(dropout)
                    .labels(labels));
  }

  static ClassificationData data(int size, long seed) {
    List<TokenSequence> sequences = sequences(size, seed);
    List<Target> targets = new ArrayList<>();
    for (TokenSequence sequence : sequences) {
      targets.add(new Target.OneClass(excess(sequence) > 0 ? 1 : 0));
    }
    return new ClassificationData(LABELS, sequences, targets, 0, VOCABULARY);
  }

  static int excess(TokenSequence sequence) {
    return IntStream.range(0, sequence.length())
        .map(i -> sequence.id(i) == 10 ? 1 : sequence.id(i) == 11 ? -1 : 0)
        .sum();
  }

  static PretrainingData maskedData(int size, long seed) {
    TokenMasking masking = TokenMasking.bert(4, VOCABULARY);
    return new PretrainingData(new MaskedLanguageModeling(masking, 0), sequences(size, seed));
  }

  /** {@code [CLS] 2 to 20 tokens [SEP]}. */
  static List<TokenSequence> sequences(int size, long seed) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      CounterRandom random = CounterRandom.of(seed).fork(i);
      int length = 4 + random.below(18, 0);
      int[] ids = new int[length];
      int[] words = new int[length];
      for (int t = 0; t < length; t++) {
        boolean special = t == 0 || t == length - 1;
        ids[t] = special ? 2 + t / (length - 1) : 8 + random.below(6, t + 1);
        words[t] = special ? TokenSequence.NO_WORD : t;
      }
      sequences.add(new TokenSequence(ids, new int[length], words));
    }
    return sequences;
  }

  static Map<String, float[]> parametersOf(TrainableModel model) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : model.parameters().entrySet()) {
      values.put(entry.getKey(), entry.getValue().toFloatArray());
    }
    return values;
  }
}
