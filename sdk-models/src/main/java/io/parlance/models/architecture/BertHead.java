package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Operators;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Shape;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import io.parlance.models.weights.WeightNames;
import io.parlance.runtime.ElementType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * BERT with each of its heads, under the names and with the outputs and losses of {@code
 * transformers}.
 */
public enum BertHead {
  /** {@code last_hidden_state} and {@code pooler_output}. */
  BODY("BertModel", Set.of()) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = bert.encode(root, Bert.Sequence.of(inputs), false);
      Map<String, Value> outputs = named("last_hidden_state", hidden);
      if (pooler) {
        outputs.put("pooler_output", bert.pooler(root, hidden));
      }
      return outputs;
    }
  },

  /**
   * Masked language modelling; with {@code masked_positions} only there, see {@link #predictions}.
   */
  MASKED_LM("BertForMaskedLM", Set.of("labels", "masked_positions")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = body(root, s -> bert.encode(s, Bert.Sequence.of(inputs), false));
      Value logits = predictions(bert, root, hidden, inputs);
      return withLoss(named("logits", logits), lossOrNull(inputs, logits));
    }
  },

  /** Masked language modelling and next sentence prediction; the loss is the sum of both. */
  PRETRAINING("BertForPreTraining", Set.of("labels", "next_sentence_label", "masked_positions")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = body(root, s -> bert.encode(s, Bert.Sequence.of(inputs), false));
      Value pooled = body(root, s -> bert.pooler(s, hidden));
      Value logits = predictions(bert, root, hidden, inputs);
      Value relationship = root.in("cls", s -> bert.linear(s, "seq_relationship", pooled, 2));
      Map<String, Value> outputs = named("prediction_logits", logits);
      outputs.put("seq_relationship_logits", relationship);
      Value next = inputs.find("next_sentence_label");
      Value masked = lossOrNull(inputs, logits);
      return withLoss(
          outputs,
          masked == null || next == null
              ? null
              : add(masked, Losses.crossEntropy(relationship, next)));
    }
  },

  /** Causal language modelling: position i predicts token i + 1. */
  CAUSAL_LM("BertLMHeadModel", Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = body(root, s -> bert.encode(s, Bert.Sequence.of(inputs), false));
      Value logits = predictions(bert, root, hidden, inputs);
      Value labels = inputs.find("labels");
      Value loss = labels == null ? null : Losses.nextTokenCrossEntropy(logits, labels);
      return withLoss(named("logits", logits), loss);
    }
  },

  /** Next sentence prediction; class 0 means that the second text follows the first. */
  NEXT_SENTENCE_PREDICTION("BertForNextSentencePrediction", Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value pooled = pooledFirst(bert, root, Bert.Sequence.of(inputs));
      Value logits = root.in("cls", s -> bert.linear(s, "seq_relationship", pooled, 2));
      return withLoss(named("logits", logits), lossOrNull(inputs, logits));
    }
  },

  /**
   * One class, several classes or a number for a text or a pair; see {@link Labels.ProblemType}.
   */
  SEQUENCE_CLASSIFICATION("BertForSequenceClassification", Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value pooled = pooledFirst(bert, root, Bert.Sequence.of(inputs));
      Value logits = bert.classifier(root, "classifier", pooled, config.labels().count());
      Value labels = inputs.find("labels");
      return withLoss(
          named("logits", logits),
          labels == null ? null : ClassificationLoss.of(config.labels(), logits, labels));
    }
  },

  /** A class for each token. */
  TOKEN_CLASSIFICATION("BertForTokenClassification", Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = body(root, s -> bert.encode(s, Bert.Sequence.of(inputs), false));
      Value logits = bert.classifier(root, "classifier", hidden, config.labels().count());
      return withLoss(named("logits", logits), lossOrNull(inputs, logits));
    }
  },

  /** Scores of each token as start and as end of the answer. */
  QUESTION_ANSWERING("BertForQuestionAnswering", Set.of("start_positions", "end_positions")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value hidden = body(root, s -> bert.encode(s, Bert.Sequence.of(inputs), false));
      List<Value> ends = split(bert.linear(root, "qa_outputs", hidden, 2), -1, 1, 1);
      Value start = squeeze(ends.get(0), -1); // [batch, sequence]
      Value end = squeeze(ends.get(1), -1);
      Map<String, Value> outputs = named("start_logits", start);
      outputs.put("end_logits", end);
      Value starts = inputs.find("start_positions");
      Value stops = inputs.find("end_positions");
      return withLoss(
          outputs,
          starts == null || stops == null
              ? null
              : mul(add(positionLoss(start, starts), positionLoss(end, stops)), 0.5));
    }

    /** Positions outside of the sequence do not count: the answer was cut off. */
    private Value positionLoss(Value scores, Value positions) {
      Graph graph = scores.graph();
      Value length = squeeze(Operators.shape(scores, 1, 2), 0);
      Value inside =
          Operators.and(
              Operators.greaterOrEqual(positions, graph.longScalar(0)),
              Operators.less(positions, length));
      return Losses.crossEntropy(
          scores, Operators.where(inside, positions, graph.longScalar(Losses.IGNORED)));
    }
  },

  /** One of several continuations: inputs are [batch, choices, sequence]. */
  MULTIPLE_CHOICE("BertForMultipleChoice", Set.of("labels")) {
    @Override
    Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler) {
      Scope root = inputs.graph().root();
      Value ids = inputs.get("input_ids");
      Value pooled = pooledFirst(bert, root, Bert.Sequence.of(inputs).flattened());
      Value scores = bert.classifier(root, "classifier", pooled, 1); // [batch * choices, 1]
      Value logits = reshape(scores, Operators.shape(ids, 0, 2));
      return withLoss(named("logits", logits), lossOrNull(inputs, logits));
    }
  };

  private static final WeightNames WEIGHT_NAMES =
      WeightNames.of("bert.")
          .optional("pooler")
          .alias("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight")
          .alias("cls.predictions.decoder.bias", "cls.predictions.bias");

  private static final Set<String> SEQUENCE_INPUTS =
      Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

  private final String architecture;
  private final Set<String> targets;

  BertHead(String architecture, Set<String> targets) {
    this.architecture = architecture;
    this.targets = targets;
  }

  /** The class name of this head in {@code transformers}. */
  public String architecture() {
    return architecture;
  }

  /** How the models with these heads are made from {@code config.json}. */
  static Map<String, Architectures.Builder> builders() {
    Map<String, Architectures.Builder> builders = new LinkedHashMap<>();
    for (BertHead head : values()) {
      builders.put(
          head.architecture,
          (config, weights) ->
              head.model(
                  BertConfig.from(config),
                  weights.isEmpty()
                      || weights.stream().anyMatch(w -> w.endsWith("pooler.dense.weight"))));
    }
    return builders;
  }

  private Set<String> known() {
    Set<String> known = new HashSet<>(SEQUENCE_INPUTS);
    known.addAll(targets);
    return known;
  }

  abstract Map<String, Value> outputs(Bert bert, BertConfig config, Inputs inputs, boolean pooler);

  /** The model with this head. */
  public PretrainedModel model(BertConfig config) {
    return model(config, true);
  }

  /**
   * The model with this head.
   *
   * @param pooler whether {@link #BertModel} has its pooler; other heads do not ask
   */
  public PretrainedModel model(BertConfig config, boolean pooler) {
    BertHead head = this;
    Bert bert = new Bert(config);
    return new PretrainedModel() {
      @Override
      public String architecture() {
        return head.architecture;
      }

      @Override
      public WeightNames weightNames() {
        return WEIGHT_NAMES;
      }

      @Override
      public JsonObject configuration() {
        return config.toJson(head.architecture);
      }

      @Override
      public List<String> exportedInputs() {
        return List.of("input_ids", "attention_mask", "token_type_ids");
      }

      @Override
      public Inputs declareInputs(Graph graph) {
        if (head != MULTIPLE_CHOICE) {
          return PretrainedModel.super.declareInputs(graph);
        }
        for (String name : exportedInputs()) {
          graph.input(name, ElementType.INT64, Shape.of("batch", "choices", "sequence"));
        }
        return Inputs.of(graph);
      }

      @Override
      public Map<String, Value> forward(Inputs inputs) {
        inputs.requireOnly(head.architecture, head.known());
        Value ids = inputs.get("input_ids");
        int rank = head == MULTIPLE_CHOICE ? 3 : 2;
        if (ids.shape().rank() != rank) {
          throw new IllegalArgumentException(
              head.architecture
                  + " takes input_ids of rank "
                  + rank
                  + ", not of shape "
                  + ids.shape());
        }
        return head.outputs(bert, config, inputs, pooler);
      }
    };
  }

  /**
   * Scores over the vocabulary. With the optional input {@code masked_positions} [masked], indexes
   * into the flattened batch, only those positions are scored and labels are [masked] too: training
   * then spares the product with the whole vocabulary at positions that do not count.
   */
  private static Value predictions(Bert bert, Scope root, Value hidden, Inputs inputs) {
    Value positions = inputs.find("masked_positions");
    Value states = positions == null ? hidden : bert.rows(hidden, positions);
    return root.in(
        "cls",
        c ->
            c.in("predictions", s -> bert.predictions(s, new Scope(root.graph(), "bert"), states)));
  }

  private static Value body(Scope root, Function<Scope, Value> body) {
    return root.in("bert", body);
  }

  private static Value pooledFirst(Bert bert, Scope root, Bert.Sequence sequence) {
    return body(root, s -> bert.pooler(s, bert.encode(s, sequence, true)));
  }

  private static @Nullable Value lossOrNull(Inputs inputs, Value logits) {
    Value labels = inputs.find("labels");
    return labels == null ? null : Losses.crossEntropy(logits, labels);
  }

  private static Map<String, Value> named(String name, Value value) {
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put(name, value);
    return outputs;
  }

  private static Map<String, Value> withLoss(Map<String, Value> outputs, @Nullable Value loss) {
    if (loss != null) {
      outputs.put("loss", loss);
    }
    return outputs;
  }
}
