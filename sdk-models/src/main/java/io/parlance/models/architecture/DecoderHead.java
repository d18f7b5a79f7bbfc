package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.argMax;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Linear;
import io.parlance.models.objective.Losses;
import io.parlance.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is put on top of the body of a decoder, with the outputs and losses of the reference. */
enum DecoderHead {
  /** {@code last_hidden_state}. */
  BODY(Set.of()) {
    @Override
    Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence) {
      Map<String, Value> outputs = new LinkedHashMap<>();
      outputs.put(
          "last_hidden_state", decoder.hiddenStates(inputs.graph().root(), sequence).last());
      return outputs;
    }
  },

  /** Position i predicts token i + 1. */
  CAUSAL_LM(Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence) {
      Scope root = inputs.graph().root();
      Decoder.States states = body(decoder, root, sequence);
      Map<String, Value> outputs = new LinkedHashMap<>();
      Value logits = decoder.logits(root, new Scope(root.graph(), decoder.description().body()), states.last());
      Value labels = inputs.find("labels");
      Value loss = labels == null ? null : Losses.nextTokenCrossEntropy(logits, labels);
      ExpertBalance balance = decoder.expertBalance().orElse(null);
      if (balance != null && !states.routerLogits().isEmpty()) {
        Value auxiliary =
            Losses.expertBalance(
                states.routerLogits(), balance.perToken(), inputs.find("attention_mask"));
        loss = loss == null ? null : add(loss, mul(auxiliary, balance.coefficient()));
        outputs.put("aux_loss", auxiliary);
      }
      withLoss(outputs, loss);
      outputs.put("logits", logits);
      for (int i = 0; balance != null && i < states.routerLogits().size(); i++) {
        outputs.put("router_logits." + i, states.routerLogits().get(i));
      }
      return outputs;
    }
  },

  /** A class of the text, read off its last token. */
  SEQUENCE_CLASSIFICATION(Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence) {
      Scope root = inputs.graph().root();
      Value hidden = body(decoder, root, sequence).last();
      Labels classes = decoder.description().labels();
      Value pooled = atPosition(hidden, lastPosition(decoder, sequence)); // [batch, hidden]
      Value logits =
          root.in(
              "score", s -> Linear.withoutBias(s, pooled, classes.count(), decoder.weights()));
      Value labels = inputs.find("labels");
      Map<String, Value> outputs = new LinkedHashMap<>();
      outputs.put("logits", logits);
      return withLoss(
          outputs, labels == null ? null : ClassificationLoss.of(classes, logits, labels));
    }

    /** The last token that is not padding: [batch]. */
    private Value lastPosition(Decoder decoder, CausalSequence sequence) {
      Value ids = sequence.ids();
      Graph graph = ids.graph();
      int padding = decoder.description().tokens().paddingRow();
      Value mask = sequence.mask();
      Value real;
      if (padding >= 0) {
        real = cast(not(Operators.equal(ids, graph.longScalar(padding))), ElementType.INT64);
      } else if (mask != null) {
        real = mask;
      } else if (ids.shape().get(0).isFixed() && ids.shape().get(0).size() > 1) {
        throw new IllegalArgumentException(
            "several texts at once need an attention_mask, or a pad_token_id in the configuration");
      } else {
        real = add(mul(ids, graph.longScalar(0)), graph.longScalar(1));
      }
      Value numbers = add(range(squeeze(shape(ids, 1, 2), 0)), graph.longScalar(1));
      return argMax(mul(real, numbers), 1, false);
    }
  },

  /** A class for each token. */
  TOKEN_CLASSIFICATION(Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence) {
      Scope root = inputs.graph().root();
      Value hidden =
          Dropout.apply(body(decoder, root, sequence).last(), decoder.description().classifierDropout());
      long classes = decoder.description().labels().count();
      Value logits =
          root.in(
              decoder.description().tokenClassifier(),
              s -> Linear.apply(s, hidden, classes, decoder.weights()));
      Value labels = inputs.find("labels");
      Map<String, Value> outputs = new LinkedHashMap<>();
      outputs.put("logits", logits);
      return withLoss(outputs, labels == null ? null : Losses.crossEntropy(logits, labels));
    }
  },

  /**
   * Language modelling, and choosing among continuations: {@code input_ids} are [batch, choices,
   * sequence], {@code mc_token_ids} [batch, choices] say where each choice is read off, its last
   * token by default.
   */
  DOUBLE_HEADS(Set.of("labels", "mc_token_ids", "mc_labels")) {
    @Override
    Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence) {
      Scope root = inputs.graph().root();
      Value ids = inputs.get("input_ids");
      Value hidden = body(decoder, root, sequence).last(); // [batch * choices, sequence, hidden]
      Value flat =
          decoder.logits(root, new Scope(root.graph(), decoder.description().body()), hidden);
      Value logits =
          reshape(flat, Operators.sizes(root.graph(), shape(ids), decoder.description().vocabularySize()));
      Value where = inputs.find("mc_token_ids");
      Value pooled =
          where == null
              ? squeeze(slice(hidden, 1, -1, Integer.MAX_VALUE), 1)
              : atPosition(hidden, reshape(where, -1));
      Value scores =
          root.in(
              "multiple_choice_head", s -> s.in("summary", n -> summary(decoder, n, pooled)));
      Value choices = reshape(scores, shape(ids, 0, 2));
      Map<String, Value> outputs = new LinkedHashMap<>();
      Value labels = inputs.find("labels");
      if (labels != null) {
        Value rows = reshape(labels, Operators.sizes(root.graph(), -1, shape(ids, 2, 3)));
        outputs.put("loss", Losses.nextTokenCrossEntropy(flat, rows));
      }
      Value right = inputs.find("mc_labels");
      if (right != null) {
        outputs.put("mc_loss", Losses.crossEntropy(choices, right));
      }
      outputs.put("logits", logits);
      outputs.put("mc_logits", choices);
      return outputs;
    }

    private Value summary(Decoder decoder, Scope scope, Value pooled) {
      Value dropped = Dropout.apply(pooled, decoder.description().classifierDropout());
      return Linear.apply(scope, dropped, 1, decoder.weights());
    }
  };

  private final Set<String> targets;

  DecoderHead(Set<String> targets) {
    this.targets = targets;
  }

  /** The inputs that losses need. */
  Set<String> targets() {
    return targets;
  }

  /** Whether the configuration names classes. */
  boolean classifies() {
    return this == SEQUENCE_CLASSIFICATION || this == TOKEN_CLASSIFICATION;
  }

  abstract Map<String, Value> outputs(Decoder decoder, Inputs inputs, CausalSequence sequence);

  private static Decoder.States body(Decoder decoder, Scope root, CausalSequence sequence) {
    return root.in(decoder.description().body(), s -> decoder.hiddenStates(s, sequence));
  }

  /** One row of each sequence: [batch, hidden]; negative positions count from the end. */
  private static Value atPosition(Value hidden, Value positions) {
    Graph graph = hidden.graph();
    long width = hidden.shape().get(-1).size();
    Value length = squeeze(shape(hidden, 1, 2), 0);
    Value starts = mul(range(squeeze(shape(hidden, 0, 1), 0)), length);
    Value inside =
        Operators.where(
            Operators.less(positions, graph.longScalar(0)), add(positions, length), positions);
    return gather(reshape(hidden, -1, width), add(starts, inside), 0);
  }

  private static Map<String, Value> withLoss(Map<String, Value> outputs, @Nullable Value loss) {
    if (loss != null) {
      outputs.put("loss", loss);
    }
    return outputs;
  }
}
