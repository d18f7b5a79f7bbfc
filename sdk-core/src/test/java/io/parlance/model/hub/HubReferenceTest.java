package io.parlance.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubReferenceTest {
  @ParameterizedTest
  @CsvSource({
    "hf:org/name, org/name, main",
    "hf:gpt2, gpt2, main",
    "Org_1/na.me-2@v1.0, Org_1/na.me-2, v1.0",
    "hf:org/name@refs/pr/3, org/name, refs/pr/3",
  })
  void readsNames(String text, String repository, String revision) {
    assertThat(HubReference.parse(text)).isEqualTo(new HubReference(repository, revision));
  }

  @Test
  void onlyAWholeCommitIsPinned() {
    assertThat(HubReference.parse("a/b@" + "0a".repeat(20)).isPinned()).isTrue();
    assertThat(HubReference.parse("a/b@" + "0a".repeat(19)).isPinned()).isFalse();
    assertThat(HubReference.parse("a/b").isPinned()).isFalse();
    assertThat(HubReference.parse("a/b@v1")).hasToString("hf:a/b@v1");
    assertThat(HubReference.parse("a/b@main")).hasToString("hf:a/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:",
        "hf:a/b/c",
        "hf:/b",
        "hf:a/",
        "hf:../b",
        "hf:a/..",
        "hf:a/b--c",
        "hf:a/b.git",
        "hf:a/-b",
        "hf:a/b?",
        "hf:a b",
        "hf:a/b@",
        "hf:a/b@../../x",
        "hf:a/b@x//y",
        "hf:a/b@x y",
        "hf:a\\b",
        "hf:a/b@/etc"
      })
  void refusesWhatCannotBeAName(String text) {
    assertThatThrownBy(() -> HubReference.parse(text)).isInstanceOf(InvalidInputException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/a", "a/", "..", "a/../b", "./a", "a//b", "C:/a", "a\\..\\b", "a\u0000b"})
  void refusesFileNamesThatLeadOut(String name) {
    assertThat(FileNames.isSafe(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "onnx/model.onnx", "..a/b..", "ä ö/中.json", ".gitattributes"})
  void acceptsOtherFileNames(String name) {
    assertThat(FileNames.isSafe(name)).isTrue();
  }
}
