import ai.djl.huggingface.translator.TextEmbeddingTranslatorFactory;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Mean pooled, normalized embeddings by DJL. Arguments: model folder, file of texts, rounds. */
class DjlPeer {
  private static final int BATCH = 32;

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    Criteria<String, float[]> criteria =
        Criteria.builder()
            .setTypes(String.class, float[].class)
            .optModelPath(folder)
            .optModelName("model")
            .optEngine("OnnxRuntime")
            .optTranslatorFactory(new TextEmbeddingTranslatorFactory())
            .optArgument("includeTokenTypes", "true")
            .optArgument("pooling", "mean")
            .optArgument("normalize", "true")
            .build();
    try (ZooModel<String, float[]> model = criteria.loadModel();
        Predictor<String, float[]> predictor = model.newPredictor()) {
      System.out.println("check " + predictor.predict(texts.get(0))[0]);
      for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
        long start = System.nanoTime();
        for (String text : texts) {
          predictor.predict(text);
        }
        System.out.println("one " + (System.nanoTime() - start));
        start = System.nanoTime();
        for (int from = 0; from < texts.size(); from += BATCH) {
          predictor.batchPredict(texts.subList(from, Math.min(texts.size(), from + BATCH)));
        }
        System.out.println("all " + (System.nanoTime() - start));
      }
    }
  }
}
