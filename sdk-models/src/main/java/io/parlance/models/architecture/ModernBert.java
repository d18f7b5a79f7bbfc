package io.parlance.models.architecture;

import static io.parlance.models.graph.Operators.abs;
import static io.parlance.models.graph.Operators.add;
import static io.parlance.models.graph.Operators.cast;
import static io.parlance.models.graph.Operators.div;
import static io.parlance.models.graph.Operators.gatherRows;
import static io.parlance.models.graph.Operators.lessOrEqual;
import static io.parlance.models.graph.Operators.min;
import static io.parlance.models.graph.Operators.mul;
import static io.parlance.models.graph.Operators.range;
import static io.parlance.models.graph.Operators.reduceMean;
import static io.parlance.models.graph.Operators.reduceSum;
import static io.parlance.models.graph.Operators.shape;
import static io.parlance.models.graph.Operators.split;
import static io.parlance.models.graph.Operators.squeeze;
import static io.parlance.models.graph.Operators.sub;
import static io.parlance.models.graph.Operators.unsqueeze;

import com.google.gson.JsonObject;
import io.parlance.models.graph.Graph;
import io.parlance.models.graph.Initialization;
import io.parlance.models.graph.Scope;
import io.parlance.models.graph.Value;
import io.parlance.models.nn.Activation;
import io.parlance.models.nn.Attention;
import io.parlance.models.nn.Dropout;
import io.parlance.models.nn.Embedding;
import io.parlance.models.nn.FeedForward;
import io.parlance.models.nn.LayerNorm;
import io.parlance.models.nn.Linear;
import io.parlance.models.nn.Positions;
import io.parlance.models.nn.RotaryEmbedding;
import io.parlance.models.nn.RotaryScaling;
import io.parlance.models.weights.WeightNames;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ModernBERT (Warner et al. 2024, arXiv:2412.13663): pre-norm layers, as a rule without biases,
 * rotary positions, gated feed-forward layers; most layers see only tokens near by.
 */
final class ModernBert extends Encoder {

  static final EncoderFamily FAMILY =
      new EncoderFamily(
          "modernbert",
          "ModernBert",
          Set.of(
              Head.BODY,
              Head.MASKED_LM,
              Head.SEQUENCE_CLASSIFICATION,
              Head.TOKEN_CLASSIFICATION,
              Head.QUESTION_ANSWERING,
              Head.MULTIPLE_CHOICE),
          Map.of(),
          ModernBertConfig::base,
          config -> new ModernBert(ModernBertConfig.from(config)));

  private final ModernBertConfig config;
  private final Initialization weights;
  private final Initialization outer;

  ModernBert(ModernBertConfig config) {
    super(config.settings(), "model");
    this.config = config;
    double depth = Math.sqrt(2.0 * Math.max(1, settings.hiddenLayers()));
    this.weights = new Initialization.TruncatedNormal(settings.initializerRange());
    this.outer = new Initialization.TruncatedNormal(settings.initializerRange() / depth);
  }

  @Override
  EncoderFamily family() {
    return FAMILY;
  }

  @Override
  ModernBertConfig config() {
    return config;
  }

  @Override
  JsonObject configuration(String architecture) {
    return config.toJson(architecture);
  }

  @Override
  WeightNames weightNames() {
    return super.weightNames().alias("decoder.weight", "model.embeddings.tok_embeddings.weight");
  }

  @Override
  List<String> tokenInputs() {
    return List.of("input_ids", "attention_mask", "position_ids");
  }

  @Override
  List<String> exportedInputs() {
    return List.of("input_ids", "attention_mask");
  }

  /** Which keys a layer sees, and where they are. */
  private record View(
      @Nullable Value bias, RotaryEmbedding positions, RotaryEmbedding.Rotation at) {
    Value rotated(Value x) {
      return positions.apply(x, at);
    }
  }

  /** With {@code firstOnly} what stands for the text, which may be the mean of all tokens. */
  @Override
  Value encode(Scope body, TokenInputs tokens, boolean firstOnly) {
    Value embedded =
        body.in(
            "embeddings",
            s -> {
              Value words = s.in("tok_embeddings", e -> table(e, tokens.ids()));
              return Dropout.apply(normalized(s, "norm", words), settings.hiddenDropout());
            });
    Value mask = tokens.attentionMask();
    Value padding = mask == null ? null : Attention.paddingBias(mask);
    Value near = window(tokens.ids());
    View all = view(tokens, padding, config.globalTheta());
    View local = view(tokens, padding == null ? near : min(near, padding), config.localTheta());
    Value hidden = embedded;
    for (int i = 0; i < settings.hiddenLayers(); i++) {
      View view = i % config.globalEvery() == 0 ? all : local;
      boolean first = i == 0;
      Value below = hidden;
      hidden = body.in("layers", i, s -> layer(s, below, view, first));
    }
    Value states = normalized(body, "final_norm", hidden);
    return firstOnly ? pooled(states, mask) : states;
  }

  private Value table(Scope scope, Value ids) {
    Value table = Embedding.table(scope, settings.vocabularySize(), settings.hiddenSize(), weights);
    return gatherRows(table, ids, settings.padTokenId()); // the padding's row is not trained
  }

  private View view(TokenInputs tokens, @Nullable Value bias, double theta) {
    RotaryEmbedding rotary =
        new RotaryEmbedding(
            settings.hiddenSize() / settings.attentionHeads(),
            theta,
            new RotaryScaling.None(),
            false);
    Value positions =
        tokens.positions() != null ? tokens.positions() : Positions.ascending(tokens.ids());
    return new View(bias, rotary, rotary.rotation(positions));
  }

  /** Hides what is further away than half of the window: [1, 1, sequence, sequence]. */
  private Value window(Value ids) {
    Graph graph = ids.graph();
    Value position = range(squeeze(shape(ids, 1, 2), 0));
    Value distance = abs(sub(unsqueeze(position, 0), unsqueeze(position, 1)));
    Value near = lessOrEqual(distance, graph.longScalar(config.window() / 2));
    return Attention.paddingBias(unsqueeze(cast(near, graph.floatType()), 0));
  }

  private Value layer(Scope scope, Value x, View view, boolean first) {
    Value input = first ? x : normalized(scope, "attn_norm", x); // the embeddings are normalized
    Value attended = add(x, scope.in("attn", s -> attention(s, input, view)));
    Value inner = normalized(scope, "mlp_norm", attended);
    FeedForward feedForward =
        new FeedForward(settings.intermediateSize(), settings.activation(), weights, outer);
    return add(
        attended,
        scope.in(
            "mlp",
            s -> feedForward.applyFusedGated(s, inner, "Wi", "Wo", config.biases().feedForward())));
  }

  private Value attention(Scope scope, Value x, View view) {
    long hidden = settings.hiddenSize();
    long heads = settings.attentionHeads();
    List<Value> parts =
        scope.in(
            "Wqkv",
            s ->
                split(
                    Linear.apply(s, x, 3 * hidden, weights, config.biases().attention()),
                    -1,
                    hidden,
                    hidden,
                    hidden));
    Value found =
        Attention.mergeHeads(
            Attention.scaledDotProduct(
                view.rotated(Attention.splitHeads(parts.get(0), heads)),
                view.rotated(Attention.splitHeads(parts.get(1), heads)),
                Attention.splitHeads(parts.get(2), heads),
                view.bias,
                settings.attentionDropout()));
    return Dropout.apply(
        scope.in("Wo", s -> Linear.apply(s, found, hidden, outer, config.biases().attention())),
        settings.attentionDropout());
  }

  private Value normalized(Scope scope, String name, Value x) {
    double epsilon = settings.layerNormEpsilon();
    return scope.in(
        name,
        s ->
            config.biases().norms()
                ? LayerNorm.apply(s, x, epsilon)
                : LayerNorm.withoutBias(s, x, epsilon));
  }

  /** [batch, 1, hidden]. */
  private Value pooled(Value states, @Nullable Value mask) {
    if (config.pooling() == ModernBertConfig.Pooling.CLS) {
      return first(states);
    }
    if (mask == null) {
      return reduceMean(states, true, 1);
    }
    Value counts = unsqueeze(cast(mask, states.type()), 2);
    return div(reduceSum(mul(states, counts), true, 1), reduceSum(counts, true, 1));
  }

  /** {@code norm(activation(dense(x)))}, before every head. */
  private Value transformed(Scope root, Value hidden) {
    return root.in(
        "head",
        s -> {
          Value dense =
              s.in(
                  "dense",
                  d ->
                      Linear.apply(
                          d, hidden, settings.hiddenSize(), outer, config.biases().head()));
          return normalized(
              s, "norm", Activation.named(config.classifierActivation()).apply(dense));
        });
  }

  private Value scored(Scope root, Value hidden, long outputs) {
    Initialization scores =
        new Initialization.TruncatedNormal(1 / Math.sqrt(settings.hiddenSize()));
    Value kept = Dropout.apply(transformed(root, hidden), settings.classifierDropout());
    return root.in("classifier", s -> Linear.apply(s, kept, outputs, scores));
  }

  @Override
  Value classify(Scope root, Value hidden, long outputs) {
    return scored(root, firstToken(hidden), outputs);
  }

  @Override
  Value tag(Scope root, Value hidden, long outputs) {
    return scored(root, hidden, outputs);
  }

  @Override
  Value span(Scope root, Value hidden) {
    return scored(root, hidden, 2);
  }

  @Override
  Value predict(Scope root, Value hidden) {
    Scope decoder = new Scope(root.graph(), root.name("decoder"));
    Scope owner =
        settings.tieWordEmbeddings()
            ? new Scope(root.graph(), root.name("model.embeddings.tok_embeddings"))
            : decoder;
    Value weight =
        Embedding.table(owner, settings.vocabularySize(), settings.hiddenSize(), weights);
    Value bias =
        config.biases().scores()
            ? decoder.parameter("bias", Initialization.ZEROS, settings.vocabularySize())
            : null;
    return Linear.apply(transformed(root, hidden), weight, bias);
  }
}
