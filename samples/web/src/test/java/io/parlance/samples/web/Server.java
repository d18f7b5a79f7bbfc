package io.parlance.samples.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parlance.Nlp;
import io.parlance.spring.NlpBuilderCustomizer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The application at a port of its own, and a client. */
final class Server implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ConfigurableApplicationContext context;

  private Server(ConfigurableApplicationContext context) {
    this.context = context;
  }

  @Configuration(proxyBeanMethods = false)
  static class GateConfiguration {
    @Bean
    Gate gate() {
      return new Gate();
    }

    @Bean
    NlpBuilderCustomizer gated(Gate gate) {
      return (instance, builder) -> builder.listener(gate);
    }
  }

  /** Starts it with these properties, each NAME=VALUE. */
  static Server start(List<String> properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=0");
    arguments.add("--web.limits.drain=0s");
    properties.forEach(each -> arguments.add("--" + each));
    return new Server(
        new SpringApplicationBuilder(WebApplication.class, GateConfiguration.class)
            .logStartupInfo(false)
            .run(arguments.toArray(String[]::new)));
  }

  ConfigurableApplicationContext context() {
    return context;
  }

  Nlp nlp() {
    return context.getBean("nlp", Nlp.class);
  }

  Gate gate() {
    return context.getBean(Gate.class);
  }

  URI at(String path) {
    return URI.create(
        "http://localhost:" + context.getEnvironment().getProperty("local.server.port") + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(at(path))
        .header("Content-Type", "application/json")
        .timeout(Duration.ofSeconds(60));
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return send(request(path).POST(BodyPublishers.ofString(body)).build());
  }

  CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
    return client.sendAsync(
        request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  HttpResponse<java.io.InputStream> stream(String body) throws IOException, InterruptedException {
    return client.send(
        request("/api/generate/stream").POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofInputStream());
  }

  static JsonNode json(String text) throws IOException {
    return JSON.readTree(text);
  }

  @Override
  public void close() {
    gate().open();
    context.close();
  }
}
