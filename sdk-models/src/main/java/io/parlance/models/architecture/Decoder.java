package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.gatherRows;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.CausalSequence;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.Linear;
import java.util.List;
import java.util.Optional;

/**
 * What one family of decoders adds to what all have in common: its layers, and its keys of {@code
 * config.json}. Heads, losses and the memory of earlier tokens are in {@link DecoderModel}.
 */
interface Decoder {

  /**
   * What the body gives.
   *
   * @param last the hidden states after the last layer [batch, sequence, hidden]
   * @param routerLogits scores of the experts [batch * sequence, experts] of each layer that has
   *     some
   */
  record States(Value last, List<Value> routerLogits) {
    public States {
      routerLogits = List.copyOf(routerLogits);
    }

    static States of(Value last) {
      return new States(last, List.of());
    }
  }

  /** The family in figures. */
  DecoderDescription description();

  /** Writes the family's keys of {@code config.json}. */
  void write(JsonObject json);

  /** Writes the body; {@code scope} is where its parameters are. */
  States hiddenStates(Scope scope, CausalSequence sequence);

  /**
   * How the use of experts is balanced; empty where there are none, or no loss for it is asked for.
   */
  default Optional<ExpertBalance> expertBalance() {
    return Optional.empty();
  }

  /**
   * Scores of the next token.
   *
   * @param root the scope of the whole model
   * @param body the scope of the body
   * @param hidden [batch, sequence, hidden]
   * @return [batch, sequence, vocabulary]
   */
  default Value logits(Scope root, Scope body, Value hidden) {
    DecoderDescription description = description();
    if (description.tied()) {
      return Linear.apply(hidden, wordTable(body), null);
    }
    return root.in(
        description.output(),
        s -> Linear.withoutBias(s, hidden, description.vocabularySize(), weights()));
  }

  /** How new weights are drawn. */
  default Initialization weights() {
    return new Initialization.Normal(description().initializerRange());
  }

  /** The embeddings of the tokens: [batch, sequence, width]. */
  default Value words(Scope body, CausalSequence sequence) {
    int padding = description().paddingRow();
    Value words = gatherRows(wordTable(body), sequence.ids(), padding);
    Value types = sequence.tokenTypes();
    return types == null ? words : add(words, gatherRows(wordTable(body), types, padding));
  }

  /** The table of embeddings, which scores may be made with as well. */
  default Value wordTable(Scope body) {
    DecoderDescription description = description();
    Initialization initialization =
        description.paddingRow() < 0
            ? weights()
            : new Initialization.PaddedNormal(
                description.initializerRange(), description.paddingRow());
    return body.in(
        description.embeddings(),
        s ->
            Embedding.table(
                s, description.vocabularySize(), description.embeddingSize(), initialization));
  }
}
