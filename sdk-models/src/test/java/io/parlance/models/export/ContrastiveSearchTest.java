package io.parlance.models.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.Generation;
import io.parlance.InvalidInputException;
import io.parlance.Nlp;
import io.parlance.generation.GenerationOption;
import io.parlance.model.ModelFolder;
import io.parlance.model.ModelSource;
import io.parlance.models.Goldens;
import io.parlance.models.TrainableModel;
import io.parlance.runtime.ElementType;
import io.parlance.runtime.Outputs;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.runtime.Tensor;
import io.parlance.task.TextGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Contrastive search against its formula (Su et al. 2022, equation 5), computed here by reading the
 * whole text anew for every candidate.
 */
class ContrastiveSearchTest {
  private static final List<int[]> PROMPTS =
      List.of(
          new int[] {54, 93, 90, 11, 44},
          new int[] {5, 6, 7},
          new int[] {20, 21, 20, 21, 20, 21, 20},
          new int[] {99});

  @ParameterizedTest
  @CsvSource({
    "llama-gqa, 0.6, 4",
    "llama-gqa, 0.9, 10",
    "llama-gqa, 0.3, 2",
    "bloom-lm, 0.6, 5",
    "bloom-lm, 0.8, 50"
  })
  void choosesWhatTheFormulaChooses(String name, double alpha, int candidates) {
    Path folder = Goldens.folder("generation/" + name);
    List<List<Integer>> expected = new ArrayList<>();
    List<List<Integer>> greedy = new ArrayList<>();
    try (Session model =
        ModelFolder.open(ModelSource.of(folder))
            .loadGraph(ModelFolder.MODEL, SessionOptions.defaults())) {
      for (int[] prompt : PROMPTS) {
        expected.add(search(model, prompt, alpha, candidates, 14));
        greedy.add(search(model, prompt, 0, 2, 14));
      }
    }
    assertThat(expected).isNotEqualTo(greedy);
    try (Nlp nlp = Nlp.builder().generator(folder).build()) {
      TextGenerator generator =
          nlp.generator()
              .maxNewTokens(14)
              .with(GenerationOption.EOS_TOKEN_ID, List.of())
              .with(GenerationOption.PENALTY_ALPHA, alpha)
              .with(GenerationOption.TOP_K, candidates);
      for (int i = 0; i < PROMPTS.size(); i++) {
        Generation found =
            generator.logProbabilities(true).generateFromTokens(List.of(PROMPTS.get(i))).get(0);
        assertThat(found.tokenIds()).isEqualTo(expected.get(i));
        assertThat(found.best().logProbabilities()).hasSize(14).allMatch(each -> each <= 0);
      }
      assertThat(generator.generateFromTokens(PROMPTS).stream().map(Generation::tokenIds))
          .containsExactlyElementsOf(expected);
    }
  }

  private static List<Integer> search(
      Session model, int[] prompt, double alpha, int candidates, int count) {
    List<Integer> found = new ArrayList<>();
    int[] text = prompt;
    for (int i = 0; i < count; i++) {
      Read before = Read.of(model, text);
      double[] probabilities = softmax(before.logits[text.length - 1]);
      List<Integer> likeliest =
          IntStream.range(0, probabilities.length)
              .boxed()
              .sorted(Comparator.comparingDouble(token -> -probabilities[token]))
              .limit(candidates)
              .toList();
      int best = -1;
      double highest = Double.NEGATIVE_INFINITY;
      for (int token : likeliest) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = token;
        Read after = Read.of(model, longer);
        double likeness = Double.NEGATIVE_INFINITY;
        for (int at = 0; at < text.length; at++) {
          likeness = Math.max(likeness, cosine(after.states[at], after.states[text.length]));
        }
        double score = (1 - alpha) * probabilities[token] - alpha * likeness;
        if (score > highest) {
          highest = score;
          best = token;
        }
      }
      found.add(best);
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = best;
    }
    return found;
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squareA * squareB);
  }

  private static double[] softmax(float[] logits) {
    double[] exponentials = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      exponentials[i] = Math.exp(logits[i]);
      sum += exponentials[i];
    }
    double norm = sum;
    return Arrays.stream(exponentials).map(each -> each / norm).toArray();
  }

  /** What the model gives for each token of a text that it reads from the beginning. */
  private record Read(float[][] logits, float[][] states) {
    static Read of(Session model, int[] text) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      long[] ids = Arrays.stream(text).asLongStream().toArray();
      model
          .inputs()
          .forEach(
              (name, description) -> {
                if (name.startsWith("past")) {
                  long heads = description.dimensions().get(1);
                  long width = description.dimensions().get(3);
                  inputs.put(name, Tensor.allocate(ElementType.FLOAT32, 1, heads, 0, width));
                } else if (name.equals("position_ids")) {
                  long[] positions = IntStream.range(0, ids.length).asLongStream().toArray();
                  inputs.put(name, Tensor.of(positions, 1, ids.length));
                } else if (name.equals("attention_mask")) {
                  long[] mask = new long[ids.length];
                  Arrays.fill(mask, 1);
                  inputs.put(name, Tensor.of(mask, 1, ids.length));
                } else {
                  inputs.put(name, Tensor.of(ids, 1, ids.length));
                }
              });
      try (Outputs outputs = model.run(inputs)) {
        return new Read(
            rows(outputs.get("logits"), text.length),
            rows(outputs.get("last_hidden_state"), text.length));
      } finally {
        inputs.values().forEach(Tensor::close);
      }
    }

    private static float[][] rows(Tensor tensor, int count) {
      float[] all = tensor.toFloatArray();
      float[][] rows = new float[count][];
      for (int i = 0; i < count; i++) {
        rows[i] = Arrays.copyOfRange(all, i * all.length / count, (i + 1) * all.length / count);
      }
      return rows;
    }
  }

  @Test
  void exportsGiveHiddenStatesWhereTheyAreAskedFor(@TempDir Path folder) {
    Path golden = Goldens.folder("generation/llama-gqa");
    Path plain = folder.resolve("plain");
    Path contrastive = folder.resolve("contrastive");
    try (TrainableModel model = TrainableModel.load(golden)) {
      ModelExporter exporter = ModelExporter.of(model.model(), model.parameters());
      exporter.write(plain);
      exporter.layout(DecoderLayout.MERGED).withHiddenStates().write(contrastive);
    }
    try (Nlp weights = Nlp.builder().generator(golden).build();
        Nlp exported = Nlp.builder().generator(contrastive).build();
        Nlp without = Nlp.builder().generator(plain).build()) {
      assertThat(search(exported).generateFromTokens(PROMPTS).stream().map(Generation::tokenIds))
          .containsExactlyElementsOf(
              search(weights).generateFromTokens(PROMPTS).stream()
                  .map(Generation::tokenIds)
                  .toList());
      assertThatThrownBy(() -> search(without).generateFromTokens(PROMPTS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("penalty_alpha 0.5", "model.onnx", "last_hidden_state");
      assertThatThrownBy(() -> search(weights).beams(2).generateFromTokens(PROMPTS))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("penalty_alpha 0.5", "one beam");
    }
  }

  private static TextGenerator search(Nlp nlp) {
    return nlp.generator()
        .maxNewTokens(10)
        .with(GenerationOption.PENALTY_ALPHA, 0.5)
        .with(GenerationOption.TOP_K, 5);
  }
}
