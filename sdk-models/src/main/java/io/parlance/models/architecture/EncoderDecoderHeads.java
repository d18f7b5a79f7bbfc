package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.argMax;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.equal;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gatherElements;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.not;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.scalarLike;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.tanh;
import static io.parlance.models.graph.Operators.where;

import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Literal;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.EncodedSequence;
import io.parlance.models.nn.Linear;
import io.parlance.models.objective.Losses;
import io.parlance.runtime.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The heads of encoder-decoders, with the outputs and losses of {@code transformers}. */
final class EncoderDecoderHeads {

  private final EncoderDecoder family;
  private final EncoderDecoderDescription description;
  private final Head head;
  private final Inputs inputs;
  private final Scope root;
  private final Scope body;
  private final Map<String, Value> outputs = new LinkedHashMap<>();

  EncoderDecoderHeads(EncoderDecoder family, Head head, Inputs inputs) {
    this.family = family;
    this.description = family.description();
    this.head = head;
    this.inputs = inputs;
    this.root = inputs.graph().root();
    this.body = body(root, description, head);
  }

  static Scope body(Scope root, EncoderDecoderDescription description, Head head) {
    String name = description.body(head);
    return name.isEmpty() ? root : new Scope(root.graph(), name);
  }

  /** The outputs of the model with the head, and its loss where labels are given. */
  Map<String, Value> outputs() {
    Value encoded = family.encode(body, inputs.get("input_ids"), inputs.find("attention_mask"));
    switch (head) {
      case ENCODER -> outputs.put("last_hidden_state", encoded);
      case TOKEN_CLASSIFICATION -> tokenClassifier(encoded);
      default -> {
        decoded(encoded);
        outputs.put("encoder_last_hidden_state", encoded);
      }
    }
    return outputs;
  }

  private void decoded(Value encoded) {
    EncodedSequence source = new EncodedSequence(encoded, inputs.find("attention_mask"), List.of());
    CausalSequence target =
        new CausalSequence(decoderInput(), inputs.find("decoder_attention_mask"), null, List.of());
    Value hidden = family.decode(body, target, source);
    switch (head) {
      case BODY -> outputs.put("last_hidden_state", hidden);
      case CONDITIONAL_GENERATION -> nextTokens(hidden);
      case SEQUENCE_CLASSIFICATION -> sequenceClassifier(hidden);
      case QUESTION_ANSWERING -> {
        Value spans = root.in("qa_outputs", s -> Linear.apply(s, hidden, 2, description.weights()));
        outputs.putAll(AnswerSpan.outputs(spans, inputs));
      }
      default -> throw new IllegalArgumentException("no encoder-decoder has a head " + head);
    }
  }

  private void nextTokens(Value hidden) {
    Value logits = family.logits(root, body, hidden);
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", Losses.crossEntropy(logits, labels));
    }
    outputs.put("logits", logits);
  }

  /** A class of the text, read off the state of its last end token in the decoder. */
  private void sequenceClassifier(Value hidden) {
    Value ids = inputs.get("input_ids");
    Graph graph = ids.graph();
    List<Integer> ends = description.tokens().special().end();
    if (ends.isEmpty()) {
      throw new IllegalArgumentException(
          "the configuration has no eos_token_id, whose state is what is classified");
    }
    Value isEnd = cast(equal(ids, graph.longScalar(ends.get(0))), ElementType.INT64);
    Value numbers = add(range(squeeze(shape(ids, 1, 2), 0)), graph.longScalar(1));
    Value last = argMax(mul(isEnd, numbers), 1, false);
    Labels classes = description.labels();
    Value logits = family.classify(root, DecoderHeads.atPosition(hidden, last), classes.count());
    outputs.put("logits", logits);
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", ClassificationLoss.of(classes, logits, labels));
    }
  }

  private void tokenClassifier(Value encoded) {
    Value logits = family.tag(root, encoded, description.labels().count());
    outputs.put("logits", logits);
    Value labels = inputs.find("labels");
    if (labels != null) {
      outputs.put("loss", Losses.crossEntropy(logits, labels));
    }
  }

  /** A dense layer with tanh and one for the classes, as the families have it in common. */
  static Value classificationHead(
      Scope root, Value pooled, long classes, double dropout, Initialization weights) {
    return root.in(
        "classification_head",
        s -> {
          Value kept = Dropout.apply(pooled, dropout);
          long hidden = pooled.shape().get(-1).size();
          Value dense = s.in("dense", d -> tanh(Linear.apply(d, kept, hidden, weights)));
          Value last = Dropout.apply(dense, dropout);
          return s.in("out_proj", o -> Linear.apply(o, last, classes, weights));
        });
  }

  /** What the decoder reads: given, or made of the labels, or of what the encoder reads. */
  private Value decoderInput() {
    Value given = inputs.find("decoder_input_ids");
    if (given != null) {
      return given;
    }
    Value labels = head == Head.CONDITIONAL_GENERATION ? inputs.find("labels") : null;
    if (labels == null) {
      if (head == Head.CONDITIONAL_GENERATION) {
        throw new IllegalArgumentException(
            "input decoder_input_ids is missing, and there are no labels to make it of");
      }
      labels = inputs.get("input_ids");
    }
    return shifted(labels);
  }

  /** Labels moved by one, what does not count being padding: [batch, target]. */
  private Value shifted(Value labels) {
    Graph graph = labels.graph();
    GenerationTokens tokens = description.tokens();
    Value padding = graph.longScalar(tokens.padding());
    Value counted = where(equal(labels, graph.longScalar(Losses.IGNORED)), padding, labels);
    Value first;
    if (description.firstFromLast()) {
      Value real = cast(not(equal(counted, padding)), ElementType.INT64);
      Value number = reduceSum(real, true, 1);
      first = gatherElements(counted, sub(number, scalarLike(number, 1)), 1);
    } else {
      Value start =
          graph.constant(Literal.of(ElementType.INT64, new long[] {1, 1}, tokens.start()));
      first = expand(start, sizes(graph, shape(labels, 0, 1), 1));
    }
    // said to be as long as the labels, which sums of sizes do not tell
    return reshape(concat(1, first, slice(counted, 1, 0, -1)), shape(labels));
  }
}
