package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.reshape;
import static io.parlance.models.graph.Operators.shape;

import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.objective.Losses;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The heads of encoders, with the outputs and losses of {@code transformers}. */
final class EncoderHeads {

  private final Encoder encoder;
  private final Inputs inputs;
  private final Scope root;

  EncoderHeads(Encoder encoder, Inputs inputs) {
    this.encoder = encoder;
    this.inputs = inputs;
    this.root = inputs.graph().root();
  }

  /**
   * The outputs of a head.
   *
   * @param pooler whether {@link Head#BODY} has its pooler
   */
  Map<String, Value> outputs(Head head, boolean pooler) {
    return switch (head) {
      case BODY -> body(pooler);
      case MASKED_LM -> maskedLanguage();
      case PRETRAINING -> encoder.pretrain(inputs);
      case CAUSAL_LM -> causalLanguage();
      case NEXT_SENTENCE_PREDICTION -> nextSentence();
      case SEQUENCE_CLASSIFICATION -> sequenceClassification();
      case TOKEN_CLASSIFICATION -> tokenClassification();
      case QUESTION_ANSWERING -> questionAnswering();
      case MULTIPLE_CHOICE -> multipleChoice();
      case DOUBLE_HEADS, CONDITIONAL_GENERATION, ENCODER ->
          throw new IllegalArgumentException("no encoder has a head " + head);
    };
  }

  private Map<String, Value> body(boolean pooler) {
    Map<String, Value> outputs = encoder.states(root, TokenInputs.of(inputs));
    Value hidden = Objects.requireNonNull(outputs.get("last_hidden_state"));
    Value pooled = pooler ? encoder.pool(root, hidden) : null;
    if (pooled != null) {
      outputs.put("pooler_output", pooled);
    }
    return outputs;
  }

  private Map<String, Value> maskedLanguage() {
    Value logits = encoder.predict(root, maskedStates(inputs, hidden(false)));
    return withLoss(named("logits", logits), crossEntropy(inputs, logits, "labels"));
  }

  /** The states of {@code masked_positions}, or all if they are not given. */
  static Value maskedStates(Inputs inputs, Value hidden) {
    Value positions = inputs.find("masked_positions");
    return positions == null ? hidden : Encoder.rows(hidden, positions);
  }

  private Map<String, Value> causalLanguage() {
    Value logits = encoder.predict(root, hidden(false));
    Value labels = inputs.find("labels");
    return withLoss(
        named("logits", logits),
        labels == null ? null : Losses.nextTokenCrossEntropy(logits, labels));
  }

  private Map<String, Value> nextSentence() {
    Value logits = encoder.followsNext(root, hidden(true));
    return withLoss(named("logits", logits), crossEntropy(inputs, logits, "labels"));
  }

  private Map<String, Value> sequenceClassification() {
    Value logits = encoder.classify(root, hidden(true), encoder.settings.labels().count());
    Value labels = inputs.find("labels");
    return withLoss(
        named("logits", logits),
        labels == null ? null : encoder.classificationLoss(logits, labels));
  }

  private Map<String, Value> tokenClassification() {
    Value logits = encoder.tag(root, hidden(false), encoder.settings.labels().count());
    return withLoss(named("logits", logits), crossEntropy(inputs, logits, "labels"));
  }

  private Map<String, Value> questionAnswering() {
    return AnswerSpan.outputs(encoder.span(root, hidden(false)), inputs);
  }

  private Map<String, Value> multipleChoice() {
    TokenInputs choices = TokenInputs.of(inputs).flattened();
    Value hidden = root.in(encoder.prefix(), s -> encoder.encode(s, choices, true));
    Value scores = encoder.choose(root, hidden); // [batch * choices, 1]
    Value logits = reshape(scores, shape(inputs.get("input_ids"), 0, 2));
    return withLoss(named("logits", logits), crossEntropy(inputs, logits, "labels"));
  }

  private Value hidden(boolean firstOnly) {
    return root.in(encoder.prefix(), s -> encoder.encode(s, TokenInputs.of(inputs), firstOnly));
  }

  // ---- what pretraining heads use as well

  /** Mean cross entropy with an input that holds classes; null if it is not given. */
  static @Nullable Value crossEntropy(Inputs inputs, Value logits, String labels) {
    Value targets = inputs.find(labels);
    return targets == null ? null : Losses.crossEntropy(logits, targets);
  }

  static Map<String, Value> named(String name, Value value) {
    Map<String, Value> outputs = new LinkedHashMap<>();
    outputs.put(name, value);
    return outputs;
  }

  static Map<String, Value> withLoss(Map<String, Value> outputs, @Nullable Value loss) {
    if (loss != null) {
      outputs.put("loss", loss);
    }
    return outputs;
  }

  /** The sum of two losses; null unless both are there. */
  static @Nullable Value sum(@Nullable Value a, @Nullable Value b) {
    return a == null || b == null ? null : add(a, b);
  }
}
