import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Mean pooled, normalized embeddings by LangChain4j. Arguments: model folder, file of texts,
 * rounds.
 */
class LangChain4jPeer {
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    EmbeddingModel model =
        new OnnxEmbeddingModel(
            folder.resolve("model.onnx").toString(),
            folder.resolve("tokenizer.json").toString(),
            PoolingMode.MEAN);
    System.out.println("check " + model.embed(texts.get(0)).content().vector()[0]);
    for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
      long start = System.nanoTime();
      for (String text : texts) {
        model.embed(text);
      }
      System.out.println("one " + (System.nanoTime() - start));
      start = System.nanoTime();
      model.embedAll(texts.stream().map(dev.langchain4j.data.segment.TextSegment::from).toList());
      System.out.println("all " + (System.nanoTime() - start));
    }
    System.exit(0); // its pool of threads would stay for a minute
  }
}
