package io.parlance.model.hub;

import static io.parlance.model.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.ModelAccessException;
import io.parlance.ModelDownloadException;
import io.parlance.ModelNotFoundException;
import io.parlance.model.hub.FakeHub.Request;
import io.parlance.model.hub.FakeHub.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HubSnapshotTest extends HubFixture {
  @Test
  void laysFilesOutAsPythonDoes() throws IOException {
    HubSnapshot snapshot = open("hf:acme/tiny@v1");
    assertThat(snapshot.fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(snapshot.fetch(CONFIG)).hasContent("{\"model_type\": \"bert\"}");
    assertThat(snapshot.fetch("empty.txt")).isEmptyFile();
    assertThat(snapshot.exists("special_tokens_map.json")).isFalse();

    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(snapshot.folder()).isEqualTo(repository().resolve("snapshots/" + COMMIT));
    String config = hub.etag(CONFIG);
    String graph = hub.etag(GRAPH);
    // git's own name for an empty file
    String empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    assertThat(tree(cache))
        .containsExactlyInAnyOrder(
            "CACHEDIR.TAG",
            ".locks/models--acme--tiny/" + config + ".lock",
            ".locks/models--acme--tiny/" + graph + ".lock",
            ".locks/models--acme--tiny/" + empty + ".lock",
            "models--acme--tiny/blobs/" + config,
            "models--acme--tiny/blobs/" + graph,
            "models--acme--tiny/blobs/" + empty,
            "models--acme--tiny/refs/v1",
            "models--acme--tiny/trees/" + COMMIT + ".json",
            "models--acme--tiny/.no_exist/" + COMMIT + "/special_tokens_map.json",
            "models--acme--tiny/snapshots/" + COMMIT + "/config.json -> ../../blobs/" + config,
            "models--acme--tiny/snapshots/" + COMMIT + "/empty.txt -> ../../blobs/" + empty,
            "models--acme--tiny/snapshots/"
                + COMMIT
                + "/onnx/model.onnx -> ../../../blobs/"
                + graph);
    assertThat(repository().resolve("refs/v1")).hasContent(COMMIT);
    assertThat(Files.size(repository().resolve("refs/v1"))).isEqualTo(40);
    assertThat(Files.readAllLines(cache.resolve("CACHEDIR.TAG")).get(0))
        .isEqualTo("Signature: 8a477f597d28d172789f06886806bc55");
  }

  @Test
  void keepsFilesWhereThereAreNoSymbolicLinks() throws IOException {
    HubSnapshot snapshot = open("hf:acme/tiny", options().symbolicLinks(false));
    Path file = snapshot.fetch(GRAPH);
    assertThat(file).hasBinaryContent(BYTES).isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(repository().resolve("blobs")).isEmptyDirectory();

    // content that is there already may belong to other snapshots, so it is copied
    Path blob = repository().resolve("blobs").resolve(hub.etag(CONFIG));
    Files.writeString(blob, "{\"model_type\": \"bert\"}");
    assertThat(snapshot.fetch(CONFIG)).hasSameBinaryContentAs(blob);
    assertThat(blob).exists();
    assertThat(hub.log()).doesNotContain("GET config.json");
  }

  @Test
  void asksForMetadataFirstAndFollowsToTheContentWithoutTheToken() {
    hub.needsToken("hf_secret");
    open("hf:acme/tiny", options().token("hf_secret")).fetch(GRAPH);
    List<Request> requests = hub.requests();
    assertThat(hub.log())
        .containsExactly("GET main", "HEAD model.onnx", "GET model.onnx", "GET model.onnx");
    assertThat(requests.subList(0, 3)).allMatch(each -> "Bearer hf_secret".equals(each.token()));
    assertThat(requests.get(3).host()).startsWith("localhost:");
    assertThat(requests.get(3).token()).isNull();
  }

  @Test
  void readsTheTokenFromTheFileOfTheEnvironment() throws IOException {
    hub.needsToken("hf_of_file");
    Files.writeString(cache.resolve("token"), "hf_of_file\n");
    Map<String, String> environment =
        Map.of("HF_HOME", cache.toString(), "HF_ENDPOINT", hub.endpoint());
    HubSnapshot snapshot = open("hf:acme/tiny", HubOptions.fromEnvironment(environment));
    assertThat(snapshot.fetch(CONFIG)).startsWith(cache.resolve("hub/models--acme--tiny"));
  }

  @Test
  void saysHowToSetATokenForAGatedModel() {
    hub.needsToken("hf_secret").gated();
    assertThatThrownBy(this::main)
        .isInstanceOf(ModelAccessException.class)
        .hasMessageContaining("hf:acme/tiny is gated")
        .hasMessageContaining("HF_TOKEN");
    assertThatThrownBy(() -> open("hf:acme/tiny", options().token("hf_other")))
        .isInstanceOf(ModelAccessException.class)
        .hasMessageContaining("use a token of that account")
        .hasMessageNotContaining("hf_other");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> open("hf:acme/other"))
        .isInstanceOf(ModelAccessException.class)
        .hasMessageContaining("hf:acme/other")
        .hasMessageContaining("check the name");
    assertThatThrownBy(() -> open("hf:acme/other", options().token("hf_any")))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("no repository acme/other");
    assertThatThrownBy(() -> open("hf:acme/tiny@v9"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("no revision 'v9'");
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch("nothing.bin"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("there is no nothing.bin of hf:acme/tiny");
  }

  @Test
  void pinnedCommitWithItsFilesMakesNoRequest() {
    main().fetch(CONFIG);
    main().exists("modules.json");
    hub.forgetRequests();
    HubSnapshot pinned = open("hf:acme/tiny@" + COMMIT);
    assertThat(pinned.exists(CONFIG)).isTrue();
    assertThat(pinned.exists("modules.json")).isFalse();
    assertThat(pinned.exists("never_asked_for.json")).isFalse();
    assertThat(pinned.fetch(CONFIG)).exists();
    assertThat(hub.requests()).isEmpty();
    assertThat(pinned.fetch(GRAPH)).hasBinaryContent(BYTES);
  }

  @Test
  void worksOfflineWithWhatIsThere() {
    assertThatThrownBy(() -> open("hf:acme/tiny", options().offline(true)))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("hf:acme/tiny is not in the cache " + cache)
        .hasMessageContaining("offline");
    main().fetch(CONFIG);
    hub.forgetRequests();
    HubSnapshot offline = open("hf:acme/tiny", options().offline(true));
    assertThat(offline.fetch(CONFIG)).exists();
    assertThat(offline.exists("modules.json")).isFalse();
    assertThat(offline.exists(GRAPH)).isTrue();
    assertThatThrownBy(() -> offline.fetch(GRAPH))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("snapshot of hf:acme/tiny is incomplete: onnx/model.onnx is not in")
        .hasMessageContaining("parlance download hf:acme/tiny");
    assertThat(hub.requests()).isEmpty();
  }

  @Test
  void usesTheCacheWhereTheHubIsAway() {
    main().fetch(CONFIG);
    hub.close();
    HubSnapshot snapshot = main();
    assertThat(snapshot.fetch(CONFIG)).exists();
    assertThat(snapshot.exists("modules.json")).isFalse();
    assertThat(pauses).isEmpty();
    assertThatThrownBy(() -> open("hf:acme/unseen"))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining(hub.endpoint());
    assertThat(pauses).hasSize(4);
  }

  @Test
  void usesACacheWrittenByPythonAsItIs() throws IOException {
    Path blob = repository().resolve("blobs").resolve(hub.etag(CONFIG));
    Files.createDirectories(blob.getParent());
    Files.writeString(blob, "{}");
    Path pointer = repository().resolve("snapshots").resolve(COMMIT).resolve(CONFIG);
    Files.createDirectories(pointer.getParent());
    Files.createSymbolicLink(pointer, Path.of("../../blobs", hub.etag(CONFIG)));
    Files.createDirectories(repository().resolve("refs/refs/pr"));
    Files.writeString(repository().resolve("refs/refs/pr/1"), COMMIT);
    Path missing = repository().resolve(".no_exist/" + COMMIT + "/modules.json");
    Files.createDirectories(missing.getParent());
    Files.createFile(missing);
    List<String> before = tree(cache);

    HubSnapshot pinned = open("hf:acme/tiny@" + COMMIT);
    assertThat(pinned.fetch(CONFIG)).isEqualTo(pointer).hasContent("{}");
    assertThat(pinned.exists("modules.json")).isFalse();
    HubSnapshot offline = open("hf:acme/tiny@refs/pr/1", options().offline(true));
    assertThat(offline.commit()).isEqualTo(COMMIT);
    assertThat(offline.fetch(CONFIG)).isEqualTo(pointer);
    assertThat(offline.files()).containsExactly(CONFIG);
    assertThat(hub.requests()).isEmpty();
    assertThat(tree(cache)).isEqualTo(before);
  }

  @Test
  void bringsBackContentThatWasDeletedUnderALink() throws IOException {
    Path file = main().fetch(GRAPH);
    Files.delete(repository().resolve("blobs").resolve(hub.etag(GRAPH)));
    assertThat(Files.exists(file)).isFalse();
    assertThat(main().fetch(GRAPH)).isEqualTo(file).hasBinaryContent(BYTES);
  }

  @Test
  void worksWithAMirrorThatCannotList() {
    hub.withoutListing();
    HubSnapshot snapshot = main();
    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(snapshot.exists(GRAPH)).isTrue();
    assertThat(snapshot.exists("modules.json")).isFalse();
    assertThat(snapshot.exists("modules.json")).isFalse();
    assertThat(hub.log())
        .containsExactly(
            "GET main",
            "HEAD config.json",
            "HEAD config.json",
            "HEAD model.onnx",
            "HEAD modules.json");
  }

  @Test
  void goesThroughTheProxy() {
    String proxy = hub.endpoint();
    HubOptions options =
        HubOptions.fromEnvironment(
            Map.of(
                "HF_HUB_CACHE",
                cache.toString(),
                "HF_ENDPOINT",
                "http://hub.invalid",
                "HTTP_PROXY",
                proxy));
    assertThat(open("hf:acme/tiny", options).fetch(CONFIG)).exists();
    assertThat(hub.requests()).allMatch(each -> each.host().startsWith("hub.invalid"));
  }

  @Test
  void refusesNamesThatLeadOut() throws IOException {
    hub.file("../../../evil.txt", "x");
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch("../../../evil.txt"))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("leads out of the folder");
    assertThat(tree(cache)).noneMatch(name -> name.contains("evil"));
    for (String header : List.of("../../evil", "a/b", "..", "")) {
      Map<String, String> lying =
          Map.of(
              "X-Repo-Commit",
              COMMIT,
              "ETag",
              header,
              "X-Linked-Size",
              "1",
              "X-Linked-Etag",
              header);
      hub.trouble("HEAD config.json", new Trouble.Status(200, lying));
      assertThatThrownBy(() -> snapshot.fetch(CONFIG))
          .isInstanceOf(ModelDownloadException.class)
          .hasMessageContaining("is not that of a hub");
    }
  }

  @Test
  void refusesAnotherCommitThanAskedFor() {
    Map<String, String> other =
        Map.of("X-Repo-Commit", "f".repeat(40), "ETag", "abc", "X-Linked-Size", "1");
    hub.trouble("HEAD config.json", new Trouble.Status(200, other));
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch(CONFIG))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("when asked for commit " + COMMIT);
  }
}
