package io.parlance.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.parlance.TestModels;
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

  @Test
  void sourcesSayWhereTheyAre() {
    assertThat(ModelSource.of("some/folder").withVariant("int8")).hasToString("some/folder");
    assertThat(ModelSource.of("classpath:/a/b/"))
        .hasToString("classpath:a/b")
        .isEqualTo(ModelSource.of("classpath:a/b"));
  }
}
