package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.concat;
import static io.parlance.models.graph.Operators.expand;
import static io.parlance.models.graph.Operators.gather;
import static io.parlance.models.graph.Operators.matMul;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.sizes;
import static io.parlance.models.graph.Operators.slice;
import static io.parlance.models.graph.Operators.stopGradient;
import static io.parlance.models.graph.Operators.transpose;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.PostNormLayer;
import io.parlance.models.nn.TransformerXlAttention;
import io.parlance.models.weights.WeightNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * XLNet (Yang et al. 2019, arXiv:1906.08237): a content stream that sees the tokens themselves, and
 * a query stream that sees where a token is but not which. Pretraining is permutation language
 * modelling: {@code perm_mask} [batch, sequence, sequence] hides tokens from others, {@code
 * target_mapping} [batch, targets, sequence] says which positions are predicted, {@code labels}
 * [batch, targets] what is there.
 *
 * <p>States of earlier segments come in as {@code past_mems.N} [memory, batch, hidden] for each
 * layer; what is to be remembered goes out as {@code mems.N} if the configuration has a memory.
 */
final class Xlnet extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "xlnet",
          "XLNet",
          Set.of(
              Head.BODY,
              Head.PRETRAINING,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(
              Head.PRETRAINING, "XLNetLMHeadModel",
              Head.QUESTION_ANSWERING, "XLNetForQuestionAnsweringSimple"),
          XlnetConfig::base,
          config -> new Xlnet(XlnetConfig.from(config)));

  // attention has parameters of its own
  private static final PostNormLayer.Names LAYER =
      new PostNormLayer.Names(
          "", "", "", "", "rel_attn.layer_norm", "ff.layer_1", "ff.layer_2", "ff.layer_norm");

  private static final String PAST = "past_mems.";
  private static final String MEMORY = "mems.";

  private final XlnetConfig config;

  Xlnet(XlnetConfig config) {
    super(config.settings(), "transformer");
    this.config = config;
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  XlnetConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    return super.weightNames().alias("lm_loss.weight", "transformer.word_embedding.weight");
  }

  @Override
  OptionalLong maximumLength() {
    return OptionalLong.empty();
  }

  @Override
  List<String> tokenInputs() {
    List<String> names = new ArrayList<>(exportedInputs());
    names.addAll(List.of("perm_mask", "target_mapping"));
    for (int i = 0; i < settings.hiddenLayers(); i++) {
      names.add(PAST + i);
    }
    return names;
  }

  /** The streams after a layer. */
  private record Streams(Value content, @Nullable Value query) {}

  /** All positions, whatever {@code firstOnly} says: a text is summed up at its end. */
  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    return encode(body, tokens, new ArrayList<>());
  }

  @Override
  Map<String, Value> states(Scope body, TokenInputs tokens) {
    List<Value> memory = new ArrayList<>();
    Value hidden = encode(body, tokens, memory);
    return remembering(EncoderHeads.named("last_hidden_state", hidden), memory);
  }

  /** The states of the query stream where something is predicted, else those of the content. */
  private Value encode(Scope body, TokenInputs tokens, List<Value> memory) {
    double dropout = settings.hiddenDropout();
    Value words =
        body.in(
            "word_embedding",
            s ->
                Embedding.apply(
                    s,
                    tokens.ids(),
                    settings.vocabularySize(),
                    settings.hiddenSize(),
                    settings.weights()));
    Value mask = body.parameter("mask_emb", settings.weights(), 1, 1, settings.hiddenSize());
    Value mapping = tokens.find("target_mapping");
    Value query = mapping == null ? null : Dropout.apply(everywhere(mask, mapping), dropout);
    Streams streams = new Streams(Dropout.apply(words, dropout), query);
    Value before = tokens.find(PAST + 0);
    XlnetPositions positions = new XlnetPositions(config, tokens, before);
    Value distances =
        Dropout.apply(positions.distances(settings.hiddenSize(), words.type()), dropout);
    for (int i = 0; i < settings.hiddenLayers(); i++) {
      Streams below = streams;
      Value kept =
          before == null ? null : transpose(Objects.requireNonNull(tokens.find(PAST + i)), 1, 0, 2);
      if (config.memory().length() > 0) {
        memory.add(remembered(below.content, kept));
      }
      streams = body.in("layer", i, s -> layer(s, below, kept, distances, positions, mapping));
    }
    Value last = streams.query != null ? streams.query : streams.content;
    return Dropout.apply(last, dropout);
  }

  /** The embedding of a hidden token at each target: [batch, targets, hidden]. */
  private static Value everywhere(Value mask, Value mapping) {
    Graph graph = mask.graph();
    return expand(mask, sizes(graph, shape(mapping, 0, 2), mask.shape().get(-1).size()));
  }

  /** The newest states, of this segment and those before; no gradient goes back into them. */
  private Value remembered(Value states, @Nullable Value before) {
    int reuse = config.memory().reuse();
    Value of = reuse > 0 ? slice(states, 1, 0, reuse) : states;
    Value all = before == null ? of : concat(1, before, of);
    Value newest = slice(all, 1, -config.memory().length(), Integer.MAX_VALUE);
    return stopGradient(transpose(newest, 1, 0, 2));
  }

  private static Map<String, Value> remembering(Map<String, Value> outputs, List<Value> memory) {
    for (int i = 0; i < memory.size(); i++) {
      outputs.put(MEMORY + i, memory.get(i));
    }
    return outputs;
  }

  private Streams layer(
      Scope scope,
      Streams below,
      @Nullable Value memory,
      Value distances,
      XlnetPositions positions,
      @Nullable Value mapping) {
    TransformerXlAttention attention =
        new TransformerXlAttention(
            new Scope(scope.graph(), scope.name("rel_attn")),
            settings.hiddenSize(),
            settings.attentionHeads(),
            settings.attentionDropout(),
            settings.weights());
    Value seen = memory == null ? below.content : concat(1, memory, below.content);
    TransformerXlAttention.Keys keys =
        attention.keys(seen, distances, positions.index(), positions.otherSegment());
    Value found = attention.find(attention.queries(below.content), keys, positions.contentBias());
    Value content = finished(scope, attention, found, below.content);
    if (below.query == null || mapping == null) {
      return new Streams(content, null);
    }
    // queries go to the positions that they are about, and what they find comes back
    Value placed = matMul(transpose(mapping, 0, 2, 1), attention.queries(below.query));
    Value answers = matMul(mapping, attention.find(placed, keys, positions.queryBias()));
    return new Streams(content, finished(scope, attention, answers, below.query));
  }

  private Value finished(
      Scope scope, TransformerXlAttention attention, Value found, Value residual) {
    Value added = Dropout.apply(attention.output(found), settings.hiddenDropout());
    Value attended =
        scope.in(
            LAYER.attentionNorm(),
            s -> LayerNorm.apply(s, add(added, residual), settings.layerNormEpsilon()));
    return settings
        .layer(LAYER)
        .activationDropout(settings.hiddenDropout())
        .feedForward(scope, attended);
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    Value state =
        switch (config.summary().from()) {
          case LAST -> gather(hidden, root.graph().longScalar(-1), 1);
          case FIRST -> firstToken(hidden);
          case MEAN -> reduceMean(hidden, false, 1);
        };
    Value summary = linear(root, "sequence_summary.summary", state, settings.hiddenSize());
    Value active = Activation.named(config.summary().activation()).apply(summary);
    return linear(
        root, "logits_proj", Dropout.apply(active, settings.classifierDropout()), outputs);
  }

  @Override
  Value tag(Scope root, Value hidden, long outputs) {
    return linear(root, "classifier", hidden, outputs);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    Scope owner =
        new Scope(
            root.graph(),
            root.name(settings.tieWordEmbeddings() ? "transformer.word_embedding" : "lm_loss"));
    Value table =
        Embedding.table(
            owner, settings.vocabularySize(), settings.hiddenSize(), settings.weights());
    Value bias =
        root.in(
            "lm_loss", s -> s.parameter("bias", Initialization.ZEROS, settings.vocabularySize()));
    return Linear.apply(hidden, table, bias);
  }

  @Override
  Map<String, Value> pretrain(Inputs inputs) {
    Scope root = inputs.graph().root();
    List<Value> memory = new ArrayList<>();
    Value hidden = root.in(prefix(), s -> encode(s, TokenInputs.of(inputs), memory));
    Value logits = predict(root, hidden);
    return EncoderHeads.withLoss(
        remembering(EncoderHeads.named("logits", logits), memory),
        EncoderHeads.crossEntropy(inputs, logits, "labels"));
  }

  @Override
  Set<String> pretrainingTargets() {
    return Set.of("labels");
  }
}
