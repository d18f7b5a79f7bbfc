package io.parlance.models.training;

import com.google.gson.JsonObject;
import io.parlance.generation.GenerationOption;
import io.parlance.generation.GenerationOptions;
import io.parlance.generation.GenerationRequest;
import io.parlance.generation.GenerationRun;
import io.parlance.model.ModelFolder;
import io.parlance.models.TrainableModel;
import io.parlance.models.export.FrozenGraph;
import io.parlance.models.metric.Bleu;
import io.parlance.models.metric.Chrf;
import io.parlance.runtime.Decoder;
import io.parlance.runtime.RunControl;
import io.parlance.runtime.Session;
import io.parlance.runtime.SessionOptions;
import io.parlance.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Some sources with their references, which a model in training translates by the graphs that it
 * would be exported as. Greedily: the choice between checkpoints does not need more.
 *
 * @param sources token ids for the encoder
 * @param references what they should become
 * @param decoderStart the token that the decoder begins with
 * @param tokenizer turns tokens into text
 */
record TranslationSample(
    List<int[]> sources, List<String> references, int decoderStart, Tokenizer tokenizer) {

  private static final int ROWS = 32;

  // so that a model that knows nothing yet, and never ends, does not take long
  private static final int LONGER_TIMES = 2;
  private static final int LONGER_BY = 10;

  int size() {
    return sources.size();
  }

  Map<Metric, Double> measure(TrainableModel model, SessionOptions options) {
    List<String> translations = translate(model, options);
    return Map.of(
        Metric.BLEU, Bleu.of(translations, references).score(),
        Metric.CHRF, Chrf.of(translations, references));
  }

  private List<String> translate(TrainableModel model, SessionOptions options) {
    GenerationOptions settings = settings(model);
    OptionalInt positions =
        model.model().maximumLength().isPresent()
            ? OptionalInt.of((int) model.model().maximumLength().getAsLong())
            : OptionalInt.empty();
    String[] texts = new String[size()];
    try (Decoder decoder = decoder(model, options);
        GenerationRun run = new GenerationRun(decoder, null, ROWS, RunControl.create())) {
      for (int i = 0; i < size(); i++) {
        int place = i;
        int[] source = sources.get(i);
        int most = LONGER_TIMES * source.length + LONGER_BY;
        int limit = Math.min(most, positions.orElse(Integer.MAX_VALUE) - 1);
        run.add(
            GenerationRequest.of(
                    new int[] {decoderStart},
                    settings.with(GenerationOption.MAX_NEW_TOKENS, Math.max(1, limit)))
                .source(source)
                .positions(positions)
                .build(),
            found -> texts[place] = tokenizer.decode(found.get(0).tokens(), true));
      }
      run.finish();
    }
    return Arrays.asList(texts);
  }

  private static GenerationOptions settings(TrainableModel model) {
    JsonObject json = model.model().generationConfiguration().orElseGet(JsonObject::new);
    json.entrySet().removeIf(entry -> entry.getKey().startsWith("_"));
    GenerationOptions own = GenerationOptions.parse(json);
    return GenerationOptions.NONE
        .with(GenerationOption.NUM_BEAMS, 1)
        .with(GenerationOption.DO_SAMPLE, false)
        .over(own);
  }

  private static Decoder decoder(TrainableModel model, SessionOptions options) {
    Session encoder = session(model, ModelFolder.ENCODER, options);
    Session merged;
    try {
      merged = session(model, ModelFolder.DECODER_MERGED, options);
    } catch (RuntimeException | Error e) {
      encoder.close();
      throw e;
    }
    return Decoder.of(Collections.singletonList(merged), encoder, new Decoder.Sizes(0, 0, 0));
  }

  private static Session session(TrainableModel model, String role, SessionOptions options) {
    try (FrozenGraph graph = FrozenGraph.of(model.model().graph(role), model.parameters())) {
      return Session.load(graph.writer().toBuffer(), role + " in training", options);
    }
  }
}
