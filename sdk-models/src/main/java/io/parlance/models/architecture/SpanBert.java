package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.unsqueeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.VocabularyScores;
import io.parlance.models.objective.Losses;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SpanBERT (Joshi et al. 2019, arXiv:1907.10529): BERT, pretrained by masked language modelling and
 * by predicting each token of a hidden span from the two tokens around it and its place in the
 * span.
 *
 * <p>{@code pairs} [batch, spans, 2] are the positions before and after each span, {@code
 * span_targets} [batch, spans, places] its tokens and -100 behind them.
 */
final class SpanBert extends Bert {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "spanbert",
          "SpanBert",
          Set.of(Head.PRETRAINING),
          Map.of(),
          SpanBertConfig::base,
          config -> new SpanBert(SpanBertConfig.from(config)));

  private static final VocabularyScores.Names BOUNDARY =
      new VocabularyScores.Names("linear2", "layer_norm2", "bias");

  private static final String PAIRS = "pairs";

  private final SpanBertConfig config;

  SpanBert(SpanBertConfig config) {
    super(config.bert());
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  EncoderConfig<?> config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  List<String> exportedInputs() {
    return List.of("input_ids", "attention_mask", "token_type_ids", PAIRS);
  }

  @Override
  Shape inputShape(String input) {
    return input.equals(PAIRS) ? Shape.of("batch", "spans", 2) : super.inputShape(input);
  }

  @Override
  Set<String> pretrainingTargets() {
    return Set.of("mlm_labels", "masked_positions", PAIRS, "span_targets");
  }

  @Override
  Map<String, Value> pretrain(Inputs inputs) {
    Scope root = inputs.graph().root();
    Value hidden = root.in(prefix(), s -> encode(s, TokenInputs.of(inputs), false));
    Map<String, Value> outputs = EncoderHeads.named("last_hidden_state", hidden);
    Value words = predict(root, EncoderHeads.maskedStates(inputs, hidden));
    outputs.put("mlm_logits", words);
    Value masked = EncoderHeads.crossEntropy(inputs, words, "mlm_labels");
    if (masked != null) {
      outputs.put("mlm_loss", masked);
    }
    Value pairs = inputs.find(PAIRS);
    if (pairs != null) {
      boundary(root, hidden, pairs, outputs);
    }
    Value spans =
        outputs.containsKey("sbo_logits")
            ? EncoderHeads.crossEntropy(inputs, outputs.get("sbo_logits"), "span_targets")
            : null;
    if (masked != null && spans != null) {
      outputs.put("sbo_loss", spans);
      outputs.put("loss", add(masked, spans));
      Value targets = inputs.get("span_targets");
      outputs.put("loss_fairseq_normalisation", add(masked, diluted(spans, targets)));
    }
    return outputs;
  }

  /** The span boundary objective: {@code sbo_representation} and {@code sbo_logits}. */
  private void boundary(Scope root, Value hidden, Value pairs, Map<String, Value> outputs) {
    VocabularyScores head =
        new VocabularyScores(
            BOUNDARY,
            settings.hiddenSize(),
            settings.activation(),
            settings.layerNormEpsilon(),
            settings.weights());
    root.in(
        "sbo",
        s -> {
          Value dense =
              settings
                  .activation()
                  .apply(linear(s, "linear1", places(s, hidden, pairs), settings.hiddenSize()));
          Value first =
              s.in("layer_norm1", n -> LayerNorm.apply(n, dense, settings.layerNormEpsilon()));
          Value represented = head.represent(s, first);
          outputs.put("sbo_representation", represented);
          outputs.put(
              "sbo_logits",
              head.scores(
                  s,
                  represented,
                  wordTable(root, new Scope(s.graph(), s.name("decoder")), settings.hiddenSize())));
          return represented;
        });
  }

  /** Both ends and the place itself, for each place of each span: [batch, spans, places, width]. */
  private Value places(Scope scope, Value hidden, Value pairs) {
    Graph graph = hidden.graph();
    long width = settings.hiddenSize();
    long count = config.maximumTargets();
    Value batch = range(squeeze(shape(hidden, 0, 1), 0));
    Value firstRow = mul(batch, squeeze(shape(hidden, 1, 2), 0));
    Value rows = add(pairs, unsqueeze(firstRow, 1, 2));
    Value ends = gather(reshape(hidden, -1, width), rows, 0); // [batch, spans, 2, width]
    Value both = reshape(ends, sizes(graph, shape(pairs, 0, 2), 1, 2 * width));
    Value table =
        scope.in(
            "position_embeddings",
            s -> Embedding.table(s, count, config.positionWidth(), settings.weights()));
    return concat(
        3,
        expand(both, sizes(graph, shape(pairs, 0, 2), count, 2 * width)),
        expand(table, sizes(graph, shape(pairs, 0, 2), count, config.positionWidth())));
  }

  /** The mean as fairseq took it: the sum divided by one more than there are targets. */
  private static Value diluted(Value mean, Value targets) {
    Value counts = not(equal(targets, targets.graph().longScalar(Losses.IGNORED)));
    Value count = reduceSum(cast(counts, mean.type()), false);
    return mul(mean, div(count, add(count, 1)));
  }
}
