package io.parlance.models.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.parlance.models.objective.SpanBoundary.Action;
import io.parlance.models.random.CounterRandom;
import io.parlance.runtime.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches for pretraining against what the published code makes of the same choices. */
class PretrainingObjectivesTest {

  private static final CounterRandom RANDOM = CounterRandom.of(7);

  @Test
  void spansBecomeSentinels() throws IOException {
    JsonObject golden = TokenMaskingTest.golden("t5-span-corruption");
    for (JsonElement each : golden.getAsJsonArray("cases")) {
      JsonObject input = each.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = each.getAsJsonObject().getAsJsonObject("expected");
      int first = input.get("first_sentinel").getAsInt();
      SpanCorruption corruption =
          SpanCorruption.t5(
              IntStream.range(0, 100).mapToObj(i -> first - i).toList(),
              input.get("eos_id").getAsInt(),
              0,
              32_128);
      int[] tokens = ints(input.get("tokens"));
      List<Span> spans = spans(input.get("spans_half_open"), 0);
      String name = each.getAsJsonObject().get("name").getAsString();
      assertThat(corruption.corrupt(tokens, spans, true).input())
          .as(name)
          .isEqualTo(ints(expected.get("input_ids")));
      assertThat(corruption.corrupt(tokens, spans, true).target())
          .as(name)
          .isEqualTo(ints(expected.get("target_ids")));
      // the library's form differs where a text begins with a span, which it never does
      if (spans.isEmpty() || spans.get(0).start() > 0) {
        assertThat(corruption.corrupt(tokens, spans, false).target())
            .as(name)
            .isEqualTo(ints(expected.get("target_ids_t5_repository")));
      }
    }
  }

  @Test
  void lengthsOfTextsAreThoseOfTheLibrary() throws IOException {
    JsonArray table = TokenMaskingTest.golden("t5-span-corruption").getAsJsonArray("length_table");
    assertThat(table).hasSize(48);
    List<Integer> sentinels = IntStream.range(0, 1000).boxed().toList();
    for (JsonElement each : table) {
      JsonObject row = each.getAsJsonObject();
      SpanCorruption corruption =
          new SpanCorruption(
              row.get("noise_density").getAsDouble(),
              row.get("mean_noise_span_length").getAsDouble(),
              sentinels,
              1,
              0,
              0,
              32_128);
      int tokens = corruption.longestText(row.get("inputs_length").getAsInt());
      assertThat(tokens).as(row.toString()).isEqualTo(row.get("tokens_length").getAsInt());
      int target = row.get("targets_length").getAsInt();
      // at a half, the library tells a bound where the text had to be shortened
      assertThat(corruption.lengths(tokens).target())
          .as(row.toString())
          .isBetween(corruption.density() == 0.5 ? target - 1 : target, target);
    }
  }

  @Test
  void chosenSpansHaveThePublishedStatistics() {
    SpanCorruption t5 = SpanCorruption.t5(IntStream.range(0, 100).boxed().toList(), 1, 0, 32_128);
    int single = 0;
    for (int i = 0; i < 300; i++) {
      List<Span> spans = t5.choose(568, RANDOM.fork(i));
      assertThat(spans).hasSize(28);
      assertThat(spans.stream().mapToInt(Span::length).sum()).isEqualTo(85);
      assertThat(spans.get(0).start()).isPositive();
      assertThat(spans.get(27).end()).isEqualTo(568);
      for (int s = 1; s < 28; s++) {
        assertThat(spans.get(s).start()).isGreaterThan(spans.get(s - 1).end());
      }
      single += (int) spans.stream().filter(span -> span.length() == 1).count();
    }
    assertThat(single / (300.0 * 28)).isCloseTo(27.0 / 84, within(0.02));
  }

  @Test
  void spansAreHiddenWithTheirBoundaries() throws IOException {
    for (JsonElement each : TokenMaskingTest.golden("spanbert-masking").getAsJsonArray("cases")) {
      JsonObject input = each.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = each.getAsJsonObject().getAsJsonObject("expected");
      String name = each.getAsJsonObject().get("name").getAsString();
      int[] tokens = ints(input.get("tokens"));
      TokenSequence sequence =
          framed(input.get("cls_id").getAsInt(), tokens, input.get("sep_id").getAsInt());
      boolean[] hidden = new boolean[sequence.length()];
      for (JsonElement span : input.getAsJsonArray("spans_inclusive")) {
        int[] ends = ints(span);
        Arrays.fill(hidden, ends[0] + 1, ends[1] + 2, true); // behind [CLS]
      }
      Iterator<JsonElement> actions = input.getAsJsonArray("action_per_merged_span").iterator();
      Iterator<JsonElement> random = input.getAsJsonArray("random_tokens").iterator();
      int places = input.get("max_targets").getAsInt();
      SpanBoundary objective =
          SpanBoundary.published(places, input.get("mask_id").getAsInt(), 0, 200);
      SpanBoundary.Hidden result =
          objective.hide(
              sequence,
              hidden,
              span -> Action.valueOf(actions.next().getAsString().toUpperCase(Locale.ROOT)),
              position -> random.next().getAsInt());
      assertThat(result.ids()).as(name).isEqualTo(ints(expected.get("input_ids")));
      int[] labels = new int[sequence.length()];
      Arrays.fill(labels, -100);
      result
          .spans()
          .forEach(
              span ->
                  IntStream.range(span.start(), span.end())
                      .forEach(i -> labels[i] = sequence.id(i)));
      assertThat(labels).as(name).isEqualTo(ints(expected.get("mlm_labels")));
      List<List<Integer>> pairs =
          result.bounded(sequence).stream()
              .map(span -> List.of(span.start() - 1, span.end()))
              .toList();
      List<List<Integer>> wanted = new ArrayList<>();
      for (JsonElement pair : expected.getAsJsonArray("boundary_pairs")) {
        wanted.add(IntStream.of(ints(pair)).boxed().toList());
      }
      assertThat(pairs).as(name).isEqualTo(wanted);
    }
  }

  @Test
  void hiddenSpansHaveThePublishedStatistics() throws IOException {
    JsonArray pmf =
        TokenMaskingTest.golden("spanbert-masking")
            .getAsJsonObject("statistics")
            .getAsJsonArray("span_length_pmf");
    SpanBoundary objective = SpanBoundary.published(20, 4, 0, 200);
    assertThat(objective.lengths()).hasSize(10);
    for (int i = 0; i < 10; i++) {
      assertThat(objective.lengths()[i]).isCloseTo(pmf.get(i).getAsDouble(), within(1e-12));
    }
    int[] tokens = IntStream.range(0, 200).map(i -> 10 + i % 150).toArray();
    TokenSequence sequence = framed(2, tokens, 3);
    int masked = 0;
    int kept = 0;
    int spans = 0;
    for (int i = 0; i < 1000; i++) {
      SpanBoundary.Hidden hidden = objective.hide(sequence, RANDOM.fork(i));
      assertThat(hidden.spans().stream().mapToInt(Span::length).sum()).isEqualTo(30);
      spans += hidden.spans().size();
      for (Span span : hidden.spans()) {
        int[] now = Arrays.copyOfRange(hidden.ids(), span.start(), span.end());
        masked += Arrays.stream(now).allMatch(id -> id == 4) ? span.length() : 0;
        kept +=
            Arrays.equals(now, Arrays.copyOfRange(sequence.ids(), span.start(), span.end()))
                ? span.length()
                : 0;
      }
    }
    assertThat(masked / 30_000.0).isCloseTo(0.8, within(0.02));
    assertThat(kept / 30_000.0).isCloseTo(0.1, within(0.015));
    assertThat(30_000.0 / spans).isCloseTo(3.73, within(0.1)); // of the published code
  }

  @Test
  void permutationsHideAsInThePublishedCode() throws IOException {
    for (JsonElement each : TokenMaskingTest.golden("xlnet-permutation").getAsJsonArray("cases")) {
      JsonObject input = each.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = each.getAsJsonObject().getAsJsonObject("expected");
      int[] tokens = ints(input.get("tokens"));
      int[] masked = ints(input.get("is_masked"));
      Set<Integer> functional =
          Set.of(input.get("sep_id").getAsInt(), input.get("cls_id").getAsInt());
      int split = input.get("reuse_len").getAsInt();
      int[] mask = ints(expected.getAsJsonObject("perm_mask").get("data"));
      JsonArray ranks = input.getAsJsonArray("permutation_rank_per_part");
      for (int part = 0; part < 2; part++) {
        int from = part == 0 ? 0 : split;
        int to = part == 0 ? split : tokens.length;
        boolean[] special = new boolean[to - from];
        boolean[] target = new boolean[to - from];
        for (int i = from; i < to; i++) {
          special[i - from] = functional.contains(tokens[i]);
          target[i - from] = masked[i] == 1 && !special[i - from];
        }
        boolean[][] hidden =
            PermutationLanguageModeling.hidden(target, special, ints(ranks.get(part)));
        for (int i = from; i < to; i++) {
          for (int j = from; j < to; j++) {
            assertThat(hidden[i - from][j - from])
                .as("%s, token %d sees %d", each.getAsJsonObject().get("name"), i, j)
                .isEqualTo(mask[i * tokens.length + j] == 1);
          }
        }
      }
    }
  }

  @Test
  void aSixthOfTheTokensIsPredictedInRunsOfWords() {
    PermutationLanguageModeling objective = PermutationLanguageModeling.published(0, 200);
    TokenSequence sequence = framed(2, IntStream.range(10, 130).toArray(), 3);
    for (int i = 0; i < 200; i++) {
      boolean[] target = objective.choose(sequence, RANDOM.fork(i));
      assertThat(IntStream.range(0, target.length).filter(t -> target[t]).count()).isEqualTo(20);
      assertThat(target[0] || target[target.length - 1]).isFalse();
    }
    Map<String, Tensor> batch =
        objective.collate(List.of(sequence, framed(2, new int[] {20, 21, 22}, 3)), two(), RANDOM);
    assertThat(batch.get("target_mapping").shape()).containsExactly(2, 20, 122);
    assertThat(objective.targets(batch)).isEqualTo(21);
    float[] mapping = batch.get("target_mapping").toFloatArray();
    long[] labels = batch.get("labels").toLongArray();
    long[] ids = batch.get("input_ids").toLongArray();
    for (int row = 0; row < 2; row++) {
      for (int i = 0; i < 20; i++) {
        int base = (row * 20 + i) * 122;
        int[] ones = IntStream.range(0, 122).filter(j -> mapping[base + j] == 1).toArray();
        boolean counts = labels[row * 20 + i] != -100;
        assertThat(ones).hasSize(counts ? 1 : 0);
        if (counts) {
          assertThat(ids[row * 122 + ones[0]]).isEqualTo(labels[row * 20 + i]);
        }
      }
    }
    batch.values().forEach(Tensor::close);
  }

  @Test
  void blanksAreFilledAsInThePublishedCode() throws IOException {
    for (JsonElement each :
        TokenMaskingTest.golden("glm-blank-infilling").getAsJsonArray("cases")) {
      JsonObject input = each.getAsJsonObject().getAsJsonObject("input");
      JsonObject expected = each.getAsJsonObject().getAsJsonObject("expected");
      String name = each.getAsJsonObject().get("name").getAsString();
      BlankInfilling objective =
          BlankInfilling.published(new BlankInfilling.Tokens(3, 4, 6, 7, 0), 100);
      int[] tokens = ints(input.get("tokens"));
      int mask =
          switch (input.get("mode").getAsString()) {
            case "token" -> 3;
            case "sentence" -> 5;
            default -> 4;
          };
      BlankInfilling.Infilling filled =
          input.has("generation_length")
              ? objective.continued(tokens, input.get("generation_length").getAsInt())
              : objective.fill(
                  tokens,
                  spans(input.get("spans_half_open"), 0),
                  ints(input.get("span_order")),
                  mask);
      assertThat(filled.ids()).as(name).isEqualTo(data(expected, "input_ids"));
      assertThat(filled.targets()).as(name).isEqualTo(data(expected, "target_ids"));
      assertThat(filled.lossMask()).as(name).isEqualTo(data(expected, "loss_mask"));
      assertThat(filled.positions()).as(name).isEqualTo(data(expected, "position_ids"));
      assertThat(filled.blockPositions()).as(name).isEqualTo(data(expected, "block_position_ids"));
      assertThat(filled.sep()).as(name).isEqualTo(expected.get("sep").getAsInt());
    }
  }

  @Test
  void blanksHaveThePublishedShareAndNeverTouch() {
    BlankInfilling objective =
        BlankInfilling.published(new BlankInfilling.Tokens(3, 4, 6, 7, 0), 100);
    double total = 0;
    int count = 0;
    for (int i = 0; i < 400; i++) {
      List<Span> spans = objective.choose(200, RANDOM.fork(i));
      int sum = spans.stream().mapToInt(Span::length).sum();
      assertThat(sum).isBetween(30, 30 + 38);
      assertThat(spans.get(0).start()).isPositive();
      for (int s = 1; s < spans.size(); s++) {
        assertThat(spans.get(s).start()).isGreaterThan(spans.get(s - 1).end());
      }
      total += sum;
      count += spans.size();
    }
    // a Poisson variable of mean 3 that is not 0; long spans find less room
    assertThat(total / count).isCloseTo(3 / (1 - Math.exp(-3)), within(0.12));
    assertThat(objective.choose(2, RANDOM)).containsExactly(new Span(1, 2));
  }

  @Test
  void textsAreDenoisedToThemselves() {
    int[] tokens = IntStream.range(10, 110).toArray();
    TokenSequence sequence = framed(0, tokens, 2);
    Denoising objective = Denoising.bart(Set.of(39, 69), 4, 1, 2, 200);
    double gone = 0;
    boolean reordered = false;
    for (int i = 0; i < 300; i++) {
      int[] corrupted = objective.corrupt(sequence, RANDOM.fork(i));
      assertThat(corrupted.length).isLessThanOrEqualTo(102);
      assertThat(corrupted[0]).isZero();
      assertThat(corrupted[corrupted.length - 1]).isEqualTo(2);
      int[] kept = Arrays.stream(corrupted).filter(id -> id >= 10).toArray();
      assertThat(Arrays.stream(kept).distinct().count()).isEqualTo(kept.length);
      gone += 100 - kept.length;
      reordered |= IntStream.range(1, kept.length).anyMatch(k -> kept[k] < kept[k - 1]);
      // sentences stay whole: 10 to 39, 40 to 69 and 70 to 109 each in their order
      for (int[] sentence : new int[][] {{10, 40}, {40, 70}, {70, 110}}) {
        int[] own =
            Arrays.stream(kept).filter(id -> id >= sentence[0] && id < sentence[1]).toArray();
        assertThat(own).isSorted();
      }
    }
    assertThat(reordered).isTrue();
    // an insertion counts as a token, and about one span in twenty is one
    assertThat(gone / 30_000).isBetween(0.27, 0.30);
    Map<String, Tensor> batch =
        objective.collate(List.of(sequence, framed(0, new int[] {11, 12, 13}, 2)), two(), RANDOM);
    assertThat(batch.get("labels").shape()).containsExactly(2, 102);
    assertThat(objective.targets(batch)).isEqualTo(107);
    long[] before = batch.get("decoder_input_ids").toLongArray();
    assertThat(Arrays.copyOf(before, 4)).containsExactly(2, 0, 10, 11); // the text moved by one
    assertThat(Arrays.copyOfRange(before, 102, 109)).containsExactly(2, 0, 11, 12, 13, 1, 1);
    batch.values().forEach(Tensor::close);
  }

  @Test
  void aPrefixIsNotPredicted() {
    CausalLanguageModeling prefixed = new CausalLanguageModeling(true, 0, 200);
    TokenSequence sequence = framed(2, IntStream.range(10, 18).toArray(), 3);
    Map<String, Tensor> batch = prefixed.collate(List.of(sequence, sequence), two(), RANDOM);
    long[] lengths = batch.get("prefix_lengths").toLongArray();
    long[] labels = batch.get("labels").toLongArray();
    for (int row = 0; row < 2; row++) {
      assertThat(lengths[row]).isBetween(1L, 9L);
      for (int i = 0; i < 10; i++) {
        assertThat(labels[row * 10 + i]).isEqualTo(i < lengths[row] ? -100 : sequence.id(i));
      }
    }
    assertThat(prefixed.targets(batch)).isEqualTo(20 - lengths[0] - lengths[1]);
    batch.values().forEach(Tensor::close);
    CausalLanguageModeling causal = new CausalLanguageModeling(false, 0, 200);
    Map<String, Tensor> plain = causal.collate(List.of(sequence), new int[] {0}, RANDOM);
    assertThat(causal.targets(plain)).isEqualTo(9);
    plain.values().forEach(Tensor::close);
  }

  @Test
  void choicesFollowFromTheNumberOfASequenceAlone() {
    TokenSequence sequence = framed(2, IntStream.range(10, 60).toArray(), 3);
    TokenSequence other = framed(2, IntStream.range(10, 40).toArray(), 3);
    ReplacedTokenDetection objective = ReplacedTokenDetection.of(4, 200, 0);
    Map<String, Tensor> alone = objective.collate(List.of(sequence), new int[] {5}, RANDOM);
    Map<String, Tensor> together =
        objective.collate(List.of(other, sequence), new int[] {3, 5}, RANDOM);
    int masked = (int) objective.targets(alone);
    assertThat(masked).isEqualTo(8); // 15 % of 52
    float[] all = together.get("sampling").toFloatArray();
    assertThat(Arrays.copyOfRange(all, all.length - masked, all.length))
        .isEqualTo(alone.get("sampling").toFloatArray());
    long[] index = alone.get("masked_index").toLongArray();
    long[] ids = alone.get("masked_ids").toLongArray();
    long[] positions = alone.get("masked_positions").toLongArray();
    for (int i = 0; i < index.length; i++) {
      assertThat(ids[i]).isEqualTo(index[i] < 0 ? sequence.id(i) : 4);
      assertThat(index[i] < 0 || positions[(int) index[i]] == i).isTrue();
    }
    alone.values().forEach(Tensor::close);
    together.values().forEach(Tensor::close);
  }

  @Test
  void pairsBringTheirLabels() {
    List<SentencePairs.Pair> pairs =
        List.of(
            new SentencePairs.Pair(new int[] {10, 11}, new int[] {12}, 1),
            new SentencePairs.Pair(new int[] {13}, new int[] {14, 15, 16}, 0));
    List<TokenSequence> sequences = MaskedPairs.sequences(pairs, 2, 3);
    assertThat(sequences.get(0).ids()).containsExactly(2, 10, 11, 3, 12, 3);
    assertThat(IntStream.range(0, 6).map(sequences.get(0)::segment))
        .containsExactly(0, 0, 0, 0, 1, 1);
    MaskedPairs objective =
        new MaskedPairs(
            new MaskedLanguageModeling(TokenMasking.bert(4, 200), 0),
            SentencePairs.Objective.SENTENCE_ORDER,
            pairs);
    Map<String, Tensor> batch =
        objective.collate(List.of(sequences.get(1), sequences.get(0)), new int[] {1, 0}, RANDOM);
    assertThat(batch.get("sentence_order_label").toLongArray()).containsExactly(0, 1);
    batch.values().forEach(Tensor::close);
  }

  @Test
  void sharesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new Denoising(0, 3, Set.of(), 4, 1, 2, 10))
        .hasMessage("the share of tokens in spans is 0.0, expected between 0 and 1");
    assertThatThrownBy(() -> SpanCorruption.t5(List.of(), 1, 0, 10))
        .hasMessage("there are no sentinels; T5 has 100, <extra_id_0> to 99");
  }

  private static int[] two() {
    return new int[] {0, 1};
  }

  /** A text between two special tokens, each of its tokens a word. */
  private static TokenSequence framed(int first, int[] text, int last) {
    int length = text.length + 2;
    int[] ids = new int[length];
    int[] words = new int[length];
    ids[0] = first;
    ids[length - 1] = last;
    words[0] = TokenSequence.NO_WORD;
    words[length - 1] = TokenSequence.NO_WORD;
    for (int i = 0; i < text.length; i++) {
      ids[i + 1] = text[i];
      words[i + 1] = i;
    }
    return new TokenSequence(ids, new int[length], words);
  }

  private static List<Span> spans(JsonElement json, int shift) {
    List<Span> spans = new ArrayList<>();
    for (JsonElement each : json.getAsJsonArray()) {
      int[] ends = ints(each);
      spans.add(new Span(ends[0] + shift, ends[1] + shift));
    }
    return spans;
  }

  private static int[] data(JsonObject expected, String name) {
    JsonElement value = expected.get(name);
    return ints(value.isJsonObject() ? value.getAsJsonObject().get("data") : value);
  }

  private static int[] ints(JsonElement json) {
    return json.getAsJsonArray().asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }
}
