package io.parlance.model.hub;

import static io.parlance.model.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.CancelledException;
import io.parlance.ModelDownloadException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTransferTest extends HubFixture {
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
