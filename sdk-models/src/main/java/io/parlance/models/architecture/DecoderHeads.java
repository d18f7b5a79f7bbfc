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

/** What is put on top of the body of a decoder, with the outputs and losses of the reference. */
final class DecoderHeads {

  private final Decoder decoder;
  private final Head head;
  private final DecoderDescription description;
  private final Inputs inputs;
  private final CausalSequence sequence;
  private final Scope root;
  private final Map<String, Value> outputs = new LinkedHashMap<>();

  DecoderHeads(Decoder decoder, Head head, Inputs inputs, CausalSequence sequence) {
    this.decoder = decoder;
    this.head = head;
    this.description = decoder.description();
    this.inputs = inputs;
    this.sequence = sequence;
    this.root = inputs.graph().root();
  }

  /** The outputs of the model with the head, and its loss where labels are given. */
  Map<String, Value> outputs() {
    switch (head) {
      case BODY -> outputs.put("last_hidden_state", decoder.hiddenStates(root, sequence).last());
      case CAUSAL_LM -> languageModel();
      case SEQUENCE_CLASSIFICATION -> sequenceClassifier();
      case TOKEN_CLASSIFICATION -> tokenClassifier();
      case QUESTION_ANSWERING -> outputs.putAll(AnswerSpan.outputs(spans(), inputs));
      case DOUBLE_HEADS -> doubleHeads();
      default -> throw new IllegalArgumentException("no decoder has a head " + head);
    }
    return outputs;
  }

  /** The hidden states after the last layer, of which scores are made. */
  Value states() {
    return body().last();
  }

  /** What a language model gives for the tokens to come. */
  Value scores(Value states) {
    return nextTokens(states);
  }

  private void languageModel() {
    Decoder.States states = body();
    Value logits = nextTokens(states.last());
    Value labels = inputs.find("labels");
    Value loss = labels == null ? null : Losses.nextTokenCrossEntropy(logits, labels);
    ExpertBalance balance = decoder.expertBalance().orElse(null);
    if (balance != null && !states.routerLogits().isEmpty()) {
      Value auxiliary =
          Losses.expertBalance(
              states.routerLogits(), balance.perToken(), inputs.find("attention_mask"));
      loss = loss == null ? null : add(loss, mul(auxiliary, balance.coefficient()));
      outputs.put("aux_loss", auxiliary);
      for (int i = 0; i < states.routerLogits().size(); i++) {
        outputs.put("router_logits." + i, states.routerLogits().get(i));
      }
    }
    if (loss != null) {
      outputs.put("loss", loss);
    }
    outputs.put("logits", logits);
  }

  /** A class of the text, read off its last token. */
  private void sequenceClassifier() {
    Labels classes = description.labels();
    Value pooled = atPosition(body().last(), lastPosition()); // [batch, hidden]
    Value logits =
        root.in("score", s -> Linear.withoutBias(s, pooled, classes.count(), decoder.weights()));
    outputs.put("logits", logits);
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", ClassificationLoss.of(classes, logits, labels));
    }
  }

  private void tokenClassifier() {
    Value hidden = Dropout.apply(body().last(), description.classifierDropout());
    long classes = description.labels().count();
    Value logits =
        root.in(
            description.tokenClassifier(),
            s -> Linear.apply(s, hidden, classes, decoder.weights()));
    outputs.put("logits", logits);
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", Losses.crossEntropy(logits, labels));
    }
  }

  /** [batch, sequence, 2]. */
  private Value spans() {
    Value hidden = body().last();
    return root.in("qa_outputs", s -> Linear.apply(s, hidden, 2, decoder.weights()));
  }

  private void doubleHeads() {
    Graph graph = root.graph();
    Value ids = inputs.get("input_ids");
    Value hidden = body().last(); // [batch * choices, sequence, hidden]
    Value flat = nextTokens(hidden);
    Value where = inputs.find("mc_token_ids");
    Value pooled =
        where == null
            ? squeeze(slice(hidden, 1, -1, Integer.MAX_VALUE), 1)
            : atPosition(hidden, reshape(where, -1));
    Value dropped = Dropout.apply(pooled, description.classifierDropout());
    Value scores =
        root.in(
            "multiple_choice_head",
            s -> s.in("summary", n -> Linear.apply(n, dropped, 1, decoder.weights())));
    Value choices = reshape(scores, shape(ids, 0, 2));
    Value labels = inputs.find("labels");
    if (labels != null) {
      Value rows = reshape(labels, Operators.sizes(graph, -1, shape(ids, 2, 3)));
      outputs.put("loss", Losses.nextTokenCrossEntropy(flat, rows));
    }
    Value right = inputs.find("mc_labels");
    if (right != null) {
      outputs.put("mc_loss", Losses.crossEntropy(choices, right));
    }
    outputs.put(
        "logits", reshape(flat, Operators.sizes(graph, shape(ids), description.vocabularySize())));
    outputs.put("mc_logits", choices);
  }

  private Decoder.States body() {
    return root.in(description.body(head), s -> decoder.hiddenStates(s, sequence));
  }

  private Value nextTokens(Value hidden) {
    return decoder.logits(root, new Scope(root.graph(), description.body(head)), hidden);
  }

  /** The last token that is not padding: [batch]. */
  private Value lastPosition() {
    Value ids = sequence.ids();
    Graph graph = ids.graph();
    int padding = description.tokens().paddingRow();
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

  /** One row of each sequence: [batch, hidden]; negative positions count from the end. */
  static Value atPosition(Value hidden, Value positions) {
    Graph graph = hidden.graph();
    long width = hidden.shape().get(-1).size();
    Value length = squeeze(shape(hidden, 1, 2), 0);
    Value starts = mul(range(squeeze(shape(hidden, 0, 1), 0)), length);
    Value inside =
        Operators.where(
            Operators.less(positions, graph.longScalar(0)), add(positions, length), positions);
    return gather(reshape(hidden, -1, width), add(starts, inside), 0);
  }
}
