package io.parlance.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelNotFoundException;
import io.parlance.TestModels;
import io.parlance.runtime.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  private static String digest(ModelSource source) {
    return ModelFolder.open(source).digest();
  }

  @Test
  void digestDependsOnContentAlone(@TempDir Path target) throws Exception {
    Path copy = TestModels.copy("textcls-bert", target.resolve("copy"));
    String digest = digest(ModelSource.of(copy));
    assertThat(digest)
        .matches("[0-9a-f]{64}")
        .isEqualTo(digest(ModelSource.of(TestModels.folder("textcls-bert"))))
        .isEqualTo(digest(ModelSource.of("classpath:/io/parlance/testmodels/textcls-bert")));
    Files.writeString(copy.resolve("README.md"), "of no importance");
    assertThat(digest(ModelSource.of(copy))).isEqualTo(digest);
    for (String file :
        new String[] {"model.onnx", "config.json", "tokenizer.json", "model.onnx_data"}) {
      byte[] before =
          Files.exists(copy.resolve(file)) ? Files.readAllBytes(copy.resolve(file)) : new byte[0];
      byte[] after = java.util.Arrays.copyOf(before, before.length + 1);
      after[before.length] = ' ';
      Files.write(copy.resolve(file), after);
      assertThat(digest(ModelSource.of(copy))).as(file).isNotEqualTo(digest);
      Files.write(copy.resolve(file), before);
    }
  }

  /** Without sdk-models nothing builds graphs. */
  @Test
  void weightsAloneNeedABuilder(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"architectures\": [\"BertModel\"]}");
    ModelFolder model = ModelFolder.open(ModelSource.of(folder));
    assertThatThrownBy(() -> model.loadGraph(ModelFolder.MODEL, SessionOptions.defaults()))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("has no model.onnx")
        .hasMessageContaining("export it to ONNX first");
    Files.write(folder.resolve("model.safetensors"), new byte[] {1});
    assertThat(model.hasGraph(ModelFolder.MODEL)).isFalse();
    assertThatThrownBy(() -> model.loadGraph(ModelFolder.MODEL, SessionOptions.defaults()))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("it has weights: put sdk-models on the class path");
  }

  @Test
  void sourcesSayWhereTheyAre() {
    assertThat(ModelSource.of("some/folder").withVariant("int8")).hasToString("some/folder");
    assertThat(ModelSource.of("classpath:/a/b/"))
        .hasToString("classpath:a/b")
        .isEqualTo(ModelSource.of("classpath:a/b"));
  }
}
