package io.parlance.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.parlance.Nlp;
import io.parlance.runtime.NativeHandles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A web application with the Actuator, as a user has it. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "management.endpoints.web.exposure.include=*",
      "management.endpoint.health.show-details=always",
      "parlance.startup=warm-up",
      "parlance.instances.support.classifier=" + ParlanceAutoConfigurationTest.STARTER
    })
class ApplicationTest {
  @Configuration
  @EnableAutoConfiguration
  @Import(Labels.class)
  static class Application {}

  @RestController
  static class Labels {
    private final Nlp nlp;

    Labels(Nlp nlp) {
      this.nlp = nlp;
    }

    @GetMapping("/label")
    String label(@RequestParam("text") String text) {
      return nlp.classify(text).label();
    }
  }

  @LocalServerPort private int port;
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject json(String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  private static JsonObject at(JsonObject json, String... path) {
    JsonObject found = json;
    for (String each : path) {
      assertThat(found.has(each)).as("%s in %s", each, found).isTrue();
      found = found.getAsJsonObject(each);
    }
    return found;
  }

  @BeforeEach
  void call() throws Exception {
    try (Nlp plain = Nlp.create()) {
      assertThat(get("/label?text=charged+twice").body())
          .isEqualTo(plain.classify("charged twice").label());
    }
  }

  @Test
  void healthTellsTheModelsOfBothInstances() throws Exception {
    JsonObject health = json("/actuator/health/parlance");
    assertThat(health.get("status").getAsString()).isEqualTo("UP");
    JsonObject model = at(health, "components", "default", "details", "models", "classifier");
    assertThat(model.get("loaded").getAsBoolean()).isTrue();
    assertThat(model.get("lastInference").getAsString()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(at(health, "components", "support", "details", "models").has("classifier")).isTrue();
  }

  @Test
  void infoNamesTheModels() throws Exception {
    assertThat(at(json("/actuator/info"), "parlance", "models").keySet())
        .containsExactlyInAnyOrder("default", "support");
  }

  @Test
  void theEndpointDescribesEverything() throws Exception {
    JsonObject all = json("/actuator/parlance");
    JsonObject model = at(all, "instances", "default", "models", "classifier");
    assertThat(model.get("digest").getAsString()).matches("[0-9a-f]{64}");
    assertThat(model.get("calls").getAsInt()).isPositive();
    assertThat(at(model, "batches").get("runs").getAsInt()).isPositive();
    assertThat(at(all, "instances", "default", "cache").get("entries").getAsInt()).isEqualTo(1);
    assertThat(all.get("nativeHandles").getAsLong()).isEqualTo(NativeHandles.live());
    assertThat(at(json("/actuator/parlance/support"), "models").has("classifier")).isTrue();
    assertThat(get("/actuator/parlance/nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void cachesAreListedAndEmptied() throws Exception {
    assertThat(
            at(json("/actuator/caches"), "cacheManagers", "parlanceCacheManager", "caches")
                .keySet())
        .containsExactlyInAnyOrder("default", "support");
    HttpResponse<String> emptied =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://localhost:"
                            + port
                            + "/actuator/caches/default?cacheManager=parlanceCacheManager"))
                .DELETE()
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(emptied.statusCode()).isEqualTo(204);
    assertThat(
            at(json("/actuator/parlance"), "instances", "default", "cache")
                .get("entries")
                .getAsInt())
        .isZero();
  }

  @Test
  void metersAreThere() throws Exception {
    for (String meter :
        new String[] {
          "parlance.call",
          "parlance.call.queue",
          "parlance.call.tokenization",
          "parlance.call.inference",
          "parlance.call.tokens",
          "parlance.run",
          "parlance.run.rows",
          "parlance.run.tokens",
          "parlance.run.padding",
          "parlance.model.load",
          "parlance.models.loaded",
          "parlance.calls.waiting",
          "parlance.native.handles",
        }) {
      JsonObject found = json("/actuator/metrics/" + meter);
      assertThat(found.get("measurements").getAsJsonArray()).as(meter).isNotEmpty();
    }
    assertThat(get("/actuator/metrics/cache.gets?tag=cache.manager:parlance").statusCode())
        .isEqualTo(200);
    assertThat(json("/actuator/configprops").toString()).contains("parlance");
  }
}
