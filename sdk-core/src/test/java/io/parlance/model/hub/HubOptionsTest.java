package io.parlance.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parlance.InvalidInputException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubOptionsTest {
  private static final Path HOME = Path.of(System.getProperty("user.home"));

  private static HubOptions of(String... pairs) {
    HashMap<String, String> variables = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      variables.put(pairs[i], pairs[i + 1]);
    }
    return HubOptions.fromEnvironment(Map.copyOf(variables));
  }

  @Test
  void takesTheDefaultsOfHuggingFace() {
    HubOptions options = of();
    assertThat(options.cacheFolder()).isEqualTo(HOME.resolve(".cache/huggingface/hub"));
    assertThat(options.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(options.offline()).isFalse();
    assertThat(options.symbolicLinks()).isTrue();
    assertThat(options.metadataTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.downloadTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void theNarrowerVariableOfTheCacheWins() {
    assertThat(of("XDG_CACHE_HOME", "/x").cacheFolder()).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h").cacheFolder())
        .isEqualTo(Path.of("/h/hub"));
    assertThat(of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old").cacheFolder())
        .isEqualTo(Path.of("/old"));
    assertThat(of("HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/new").cacheFolder())
        .isEqualTo(Path.of("/new"));
    assertThat(of("HF_HOME", "~/models").cacheFolder()).isEqualTo(HOME.resolve("models/hub"));
    assertThat(of("HF_HUB_CACHE", "${DATA}/hub", "DATA", "/data").cacheFolder())
        .isEqualTo(Path.of("/data/hub"));
  }

  @ParameterizedTest
  @CsvSource({"1,true", "on,true", "YES,true", "True,true", "0,false", "no,false", "'',false"})
  void readsSwitches(String value, boolean on) {
    assertThat(of("HF_HUB_OFFLINE", value).offline()).isEqualTo(on);
    assertThat(of("TRANSFORMERS_OFFLINE", value).offline()).isEqualTo(on);
    assertThat(of("HF_HUB_DISABLE_SYMLINKS", value).symbolicLinks()).isEqualTo(!on);
  }

  @Test
  void readsTokens(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), " hf_file\n");
    String home = folder.toString();
    assertThat(of("HF_HOME", home).token()).hasValue("hf_file");
    assertThat(of("HF_TOKEN_PATH", file.toString()).token()).hasValue("hf_file");
    assertThat(of("HF_HOME", home, "HF_TOKEN", "hf_a").token()).hasValue("hf_a");
    assertThat(of("HUGGING_FACE_HUB_TOKEN", "hf_b").token()).hasValue("hf_b");
    HubOptions none = of("HF_TOKEN", "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    assertThat(none.token()).isEmpty();
    assertThat(none.token("hf_given").token()).hasValue("hf_given");
    assertThat(none.token("hf_given").toString()).doesNotContain("hf_given");
    assertThatThrownBy(() -> none.token("hf_\nsecret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void readsTimeouts() {
    HubOptions options = of("HF_HUB_ETAG_TIMEOUT", "30", "HF_HUB_DOWNLOAD_TIMEOUT", "60");
    assertThat(options.metadataTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.downloadTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThatThrownBy(() -> of("HF_HUB_ETAG_TIMEOUT", "soon"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("HF_HUB_ETAG_TIMEOUT is 'soon'");
    assertThatThrownBy(() -> options.downloadTimeout(Duration.ZERO))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("PT0S must be positive");
  }

  @Test
  void eachMethodGivesAnother() {
    HubOptions options = of();
    HubOptions changed = options.offline(true).endpoint("https://mirror.example/hub/");
    assertThat(options.offline()).isFalse();
    assertThat(changed.offline()).isTrue();
    assertThat(changed.endpoint()).isEqualTo(URI.create("https://mirror.example/hub"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"huggingface.co", "ftp://a.b", "http://", "https://a b", "https://a/?x=1"})
  void refusesEndpointsThatAreNone(String address) {
    assertThatThrownBy(() -> of("HF_ENDPOINT", address))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(address);
  }

  @ParameterizedTest
  @CsvSource({
    "https://huggingface.co/x, proxy:3128",
    "http://plain.example/x, other:80",
    "https://inner.example.org/x, ''",
    "https://example.org/x, ''",
    "https://notexample.org/x, proxy:3128",
    "https://exact.net/x, ''",
    "https://port.net:8443/x, ''",
    "https://port.net/x, proxy:3128"
  })
  void choosesTheProxyOfTheEnvironment(URI uri, String expected) {
    HubOptions options =
        of(
            "HTTPS_PROXY", "http://proxy:3128",
            "http_proxy", "other",
            "NO_PROXY", "localhost, .example.org,exact.net,port.net:8443");
    Proxy proxy = options.proxy().select(uri).get(0);
    String found =
        proxy.address() instanceof InetSocketAddress address
            ? address.getHostString() + ":" + address.getPort()
            : "";
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void refusesAProxyThatItCannotUse() {
    URI uri = URI.create("https://huggingface.co");
    assertThatThrownBy(() -> of("HTTPS_PROXY", "http://me:pass@proxy:80").proxy().select(uri))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not supported")
        .hasMessageNotContaining("pass@");
    assertThatThrownBy(() -> of("ALL_PROXY", "socks5://proxy:80").proxy().select(uri))
        .isInstanceOf(InvalidInputException.class);
    assertThat(of("HTTPS_PROXY", "http://p:1", "NO_PROXY", "*").proxy().select(uri))
        .containsExactly(Proxy.NO_PROXY);
  }
}
