package io.parlance.model.hub;

import static io.parlance.model.hub.FakeHub.COMMIT;
import static io.parlance.model.hub.FakeHub.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.CancelledException;
import io.parlance.ModelAccessException;
import io.parlance.ModelDownloadException;
import io.parlance.ModelNotFoundException;
import io.parlance.model.hub.FakeHub.Request;
import io.parlance.model.hub.FakeHub.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSnapshotTest {
  private static final String CONFIG = "config.json";
  private static final String GRAPH = "onnx/model.onnx";
  private static final byte[] BYTES = new byte[300_000];

  static {
    new Random(7).nextBytes(BYTES);
  }

  @TempDir private Path cache;
  private FakeHub hub;
  private final List<Duration> pauses = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    hub =
        new FakeHub()
            .file(CONFIG, "{\"model_type\": \"bert\"}")
            .file("empty.txt", "")
            .large(GRAPH, BYTES);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubOptions options() {
    return HubOptions.fromEnvironment(Map.of("HF_HUB_CACHE", cache.toString()))
        .endpoint(hub.endpoint());
  }

  private HubSnapshot open(String reference, HubOptions options) {
    return HubSnapshot.open(HubReference.parse(reference), options, pauses::add);
  }

  private HubSnapshot open(String reference) {
    return open(reference, options());
  }

  private HubSnapshot main() {
    return open("hf:" + REPOSITORY);
  }

  private Path repository() {
    return cache.resolve("models--acme--tiny");
  }

  private List<String> tree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(
              file -> {
                String name = folder.relativize(file).toString();
                try {
                  return Files.isSymbolicLink(file)
                      ? name + " -> " + Files.readSymbolicLink(file)
                      : name;
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              })
          .sorted()
          .toList();
    }
  }

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
  void resumesWhereATransferBroke() {
    hub.trouble("GET model.onnx", new Trouble.BreakAfter(0)); // the redirection passes
    List<Long> progress = new ArrayList<>();
    hub.trouble("GET model.onnx", new Trouble.BreakAfter(100_000));
    HubOptions options =
        options().listener((file, done, total) -> progress.add(done)).downloadTimeout(HOUR);
    assertThat(open("hf:acme/tiny", options).fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(hub.requests().stream().map(Request::range).filter(each -> each != null))
        .contains("bytes=100000-");
    assertThat(pauses).containsExactly(Duration.ofSeconds(1));
    assertThat(progress).isSorted().last().isEqualTo((long) BYTES.length);
  }

  private static final Duration HOUR = Duration.ofHours(1);

  private void leavePartial(byte[] bytes) throws IOException {
    Path partial = repository().resolve("blobs").resolve(hub.etag(GRAPH) + ".incomplete");
    Files.createDirectories(partial.getParent());
    Files.write(partial, bytes);
  }

  @Test
  void resumesWhatAnEarlierProcessLeft() throws IOException {
    leavePartial(Arrays.copyOf(BYTES, 123_456));
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(hub.requests().get(3).range()).isEqualTo("bytes=123456-");
    assertThat(repository().resolve("blobs")).isDirectoryContaining("glob:**" + hub.etag(GRAPH));
    assertThat(tree(repository())).noneMatch(name -> name.endsWith(".incomplete"));
  }

  @Test
  void asksForNothingMoreWhereAllHasArrived() throws IOException {
    leavePartial(BYTES);
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(hub.log()).containsExactly("GET main", "HEAD model.onnx");
  }

  @Test
  void startsAgainWhereTheServerSendsTheWhole() throws IOException {
    leavePartial(Arrays.copyOf(BYTES, 123_456));
    // the hub redirects first; the trouble is for the server of the content
    hub.trouble("GET model.onnx", new Trouble.IgnoreRange(), new Trouble.IgnoreRange());
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
  }

  @Test
  void startsAgainWhereWhatWasLeftIsWrong() throws IOException {
    leavePartial(new byte[1000]);
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(hub.log().stream().filter("GET model.onnx"::equals)).hasSize(4);
  }

  @Test
  void dropsWhatIsLongerThanTheFile() throws IOException {
    leavePartial(new byte[BYTES.length + 1]);
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {GRAPH, CONFIG})
  void refusesContentWithAWrongChecksum(String file) throws IOException {
    String path = "GET " + file.replaceAll(".*/", "");
    hub.trouble(path, new Trouble.WrongContent(), new Trouble.WrongContent());
    assertThatThrownBy(() -> main().fetch(file))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining(file + " of hf:acme/tiny arrived with the checksum")
        .hasMessageContaining(hub.etag(file));
    assertThat(tree(repository())).noneMatch(name -> name.contains(hub.etag(file)));
    assertThat(main().fetch(file)).exists();
  }

  @Test
  void triesAgainWhenTheServerIsInTrouble() {
    hub.trouble("GET main", new Trouble.Status(503, Map.of()));
    hub.trouble("HEAD model.onnx", new Trouble.Status(500, Map.of()));
    hub.trouble("GET model.onnx", new Trouble.Status(429, Map.of("Retry-After", "7")));
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(pauses)
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(7));
  }

  @Test
  void givesUpAfterFiveTries() {
    Trouble down = new Trouble.Status(502, Map.of());
    hub.trouble("HEAD config.json", down, down, down, down, down);
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch(CONFIG))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("config.json of hf:acme/tiny cannot be downloaded")
        .hasMessageContaining("502")
        .hasMessageContaining("HF_HUB_OFFLINE");
    assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(1L, 2L, 4L, 8L);
  }

  @Test
  void givesUpOnATransferThatAlwaysBreaksAndKeepsWhatArrived() {
    Trouble none = new Trouble.BreakAfter(0);
    for (int i = 0; i < 5; i++) {
      hub.trouble("GET model.onnx", none, i == 0 ? new Trouble.BreakAfter(5000) : none);
    }
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch(GRAPH))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("broke off after 5000 of 300000 bytes");
    assertThat(repository().resolve("blobs").resolve(hub.etag(GRAPH) + ".incomplete"))
        .hasSize(5000);
  }

  @Test
  void breaksOffATransferThatStandsStill() {
    hub.trouble("GET model.onnx", new Trouble.BreakAfter(0), new Trouble.StallAfter(1000));
    HubOptions options = options().downloadTimeout(Duration.ofMillis(150));
    assertThat(open("hf:acme/tiny", options).fetch(GRAPH)).hasBinaryContent(BYTES);
    assertThat(hub.requests()).anyMatch(each -> "bytes=1000-".equals(each.range()));
  }

  @Test
  void followsANewAddressWhereTheSignedOneHasExpired() {
    hub.trouble("GET model.onnx", new Trouble.BreakAfter(0), new Trouble.Status(403, Map.of()));
    assertThat(main().fetch(GRAPH)).hasBinaryContent(BYTES);
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

  @Test
  void saysHowMuchSpaceIsMissing() {
    Map<String, String> huge =
        Map.of(
            "X-Repo-Commit",
            COMMIT,
            "X-Linked-Etag",
            "a".repeat(64),
            "X-Linked-Size",
            "4000000000000000000");
    hub.trouble("HEAD model.onnx", new Trouble.Status(302, huge));
    HubSnapshot snapshot = main();
    assertThatThrownBy(() -> snapshot.fetch(GRAPH))
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("needs 4000000000000.0 MB")
        .hasMessageContaining("HF_HUB_CACHE");
    assertThat(hub.log()).doesNotContain("GET model.onnx");
  }

  @Test
  void doesNotRedirectForEver() {
    for (int i = 0; i < 12; i++) {
      hub.trouble("GET main", new Trouble.RedirectTo("/api/models/acme/tiny/revision/main"));
    }
    assertThatThrownBy(this::main)
        .isInstanceOf(ModelDownloadException.class)
        .hasMessageContaining("redirects more than");
    assertThat(hub.requests()).hasSize(11);
  }

  @Test
  void endsWhenInterrupted() {
    Trouble down = new Trouble.Status(503, Map.of());
    hub.trouble("GET main", down, down);
    HubReference reference = HubReference.parse("acme/tiny");
    assertThatThrownBy(
            () ->
                HubSnapshot.open(
                    reference,
                    options(),
                    duration -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
