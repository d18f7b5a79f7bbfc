package io.parlance.samples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.parlance.Answer;
import io.parlance.Classification;
import io.parlance.Entity;
import io.parlance.MaskPrediction;
import io.parlance.Nlp;
import io.parlance.RankedDocument;
import java.io.ByteArrayInputStream;
import java.lang.reflect.RecordComponent;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Every endpoint and every refusal, over a socket. */
class ApiTest {
  private static final String TEXT = "Ada Lovelace joined Siemens in Munich";
  private static Server server;
  private static OpenApi api;

  @BeforeAll
  static void start() throws Exception {
    server = Server.start(TestModels.properties());
    api = OpenApi.read();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** The result of a request that succeeds and is as the description says. */
  private static JsonNode result(String task, String schema, String body) throws Exception {
    HttpResponse<String> response = server.post("/api/" + task, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode answered = Server.json(response.body());
    api.assertValid("Answered", answered);
    api.assertValid(schema, answered.get("result"));
    assertThat(answered.get("task").asText()).isEqualTo(task);
    assertThat(answered.at("/timings/total_ms").asDouble()).isPositive();
    return answered.get("result");
  }

  private static JsonNode problem(HttpResponse<String> response, int status, String code)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    JsonNode problem = Server.json(response.body());
    api.assertValid("Problem", problem);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("type").asText()).isEqualTo("urn:parlance:problem:" + code);
    return problem;
  }

  @Test
  void classifiesAsTheSdkWithTheStarterModel() throws Exception {
    JsonNode result =
        result(
            "classify",
            "Classification",
            "{\"text\": \"I was charged twice\", \"options\": {\"top_k\": 2}}");
    try (Nlp nlp = Nlp.create()) {
      Classification expected = nlp.classifier().topK(2).classify("I was charged twice");
      assertThat(result.get("label").asText()).isEqualTo(expected.label());
      assertThat(result.get("labels")).hasSize(2);
      assertThat(result.get("score").asDouble()).isCloseTo(expected.score(), within(1e-6));
    }
  }

  @Test
  void theSecondTimeAResultIsRemembered() throws Exception {
    String body = "{\"text\": \"Where is my new card?\"}";
    result("classify", "Classification", body);
    JsonNode again = Server.json(server.post("/api/classify", body).body());
    assertThat(again.at("/timings/cached").asBoolean()).isTrue();
    assertThat(again.at("/timings/inference_ms").asDouble()).isZero();
  }

  @Test
  void extractsEntities() throws Exception {
    JsonNode result =
        result(
            "entities",
            "EntityExtraction",
            "{\"text\": \"" + TEXT + "\", \"options\": {\"aggregation\": \"first\"}}");
    List<Entity> expected =
        server
            .nlp()
            .entityExtractor()
            .aggregation(io.parlance.Aggregation.FIRST)
            .extract(TEXT)
            .entities();
    assertThat(expected).isNotEmpty();
    assertThat(result.get("entities")).hasSize(expected.size());
    JsonNode first = result.get("entities").get(0);
    assertThat(first.get("entity").asText()).isEqualTo(expected.get(0).entity());
    assertThat(TEXT.substring(first.get("start").asInt(), first.get("end").asInt()))
        .isEqualTo(first.get("text").asText());
  }

  @Test
  void answersQuestions() throws Exception {
    JsonNode result =
        result(
            "answer",
            "Answers",
            "{\"question\": \"Who?\", \"context\": \"" + TEXT + "\", \"options\": {\"top_k\": 2}}");
    Answer expected = server.nlp().answer("Who?", TEXT);
    assertThat(result.get("answers").get(0).get("text").asText()).isEqualTo(expected.text());
    assertThat(result.get("answers").size()).isBetween(1, 2);
  }

  @Test
  void fillsMasks() throws Exception {
    String text = "Paris is the <mask> of France.";
    JsonNode result =
        result(
            "fill-mask",
            "MaskFilling",
            "{\"text\": \"" + text + "\", \"options\": {\"top_k\": 3}}");
    MaskPrediction expected = server.nlp().fillMask(text).best();
    assertThat(result.get("masks").get(0)).hasSize(3);
    assertThat(result.at("/masks/0/0/token").asText()).isEqualTo(expected.token());
    JsonNode wrong =
        problem(server.post("/api/fill-mask", "{\"text\": \"no gap\"}"), 400, "invalid-input");
    assertThat(wrong.get("detail").asText()).contains("<mask>");
  }

  @Test
  void embedsAndCompares() throws Exception {
    JsonNode vector = result("embed", "Vector", "{\"text\": \"Good morning\"}");
    float[] expected = server.nlp().embed("Good morning").vector();
    assertThat(vector.get("embedding")).hasSize(expected.length);
    assertThat(vector.at("/embedding/0").asDouble()).isCloseTo(expected[0], within(1e-6));
    JsonNode alike =
        result("similarity", "Alike", "{\"text\": \"Good morning\", \"other\": \"Good morning\"}");
    assertThat(alike.get("similarity").asDouble()).isCloseTo(1, within(1e-5));
  }

  @Test
  void ranks() throws Exception {
    List<String> documents = List.of("hi", "Good evening", "Munich");
    JsonNode result =
        result(
            "rank",
            "Ranking",
            "{\"query\": \"Munich\", \"documents\": [\"hi\", \"Good evening\", \"Munich\"]}");
    List<RankedDocument> expected = server.nlp().rank("Munich", documents);
    List<Integer> places = new ArrayList<>();
    result.get("ranking").forEach(each -> places.add(each.get("index").asInt()));
    assertThat(places).isEqualTo(expected.stream().map(RankedDocument::index).toList());
  }

  @Test
  void translatesSummarizesAndWrites() throws Exception {
    String options = ", \"options\": {\"max_new_tokens\": 8, \"num_beams\": 2}";
    JsonNode translation =
        result("translate", "Rewritten", "{\"text\": \"Good morning. Bye!\"" + options + "}");
    assertThat(translation.get("text").asText())
        .isEqualTo(
            server
                .nlp()
                .translator()
                .beams(2)
                .maxNewTokens(8)
                .translate("Good morning. Bye!")
                .text());
    assertThat(translation.get("pieces")).hasSize(2);
    result("summarize", "Rewritten", "{\"text\": \"Bye!\", \"model\": \"second\"" + options + "}");
    JsonNode written = result("text-to-text", "Written", "{\"text\": \"Bye!\"" + options + "}");
    assertThat(written.get("token_ids").size()).isBetween(1, 8);
  }

  @Test
  void generatesTheSameForTheSameSeed() throws Exception {
    String body =
        "{\"prompt\": \"Once upon\", \"options\": {\"max_new_tokens\": 12, \"temperature\": 1.5,"
            + " \"top_k\": 20, \"top_p\": 0.9, \"seed\": 7}}";
    JsonNode one = result("generate", "Written", body);
    assertThat(one.get("text").asText())
        .isEqualTo(
            server
                .nlp()
                .generator()
                .maxNewTokens(12)
                .temperature(1.5)
                .topK(20)
                .topP(0.9)
                .seed(7)
                .generate("Once upon")
                .text());
    assertThat(one.get("finish_reason").asText()).isEqualTo("length");
  }

  @Test
  void aStreamHasThePiecesOfTheText() throws Exception {
    String body = "{\"prompt\": \"Once upon\", \"options\": {\"max_new_tokens\": 20}}";
    String whole = result("generate", "Written", body).get("text").asText();
    Events events;
    try (var in = server.stream(body).body()) {
      events = Events.read(in);
    }
    assertThat(events.names()).startsWith("start", "text").endsWith("end").doesNotContain("error");
    assertThat(events.text()).isEqualTo(whole);
    assertThat(events.last().at("/result/text").asText()).isEqualTo(whole);
    api.assertValid("Answered", events.last());
  }

  @Test
  void deletingAStreamStopsTheModel() throws Exception {
    Gate gate = server.gate();
    gate.close();
    try (var in = server.stream("{\"prompt\": \"Once upon a time\"}").body()) {
      gate.awaitCall();
      String id = Events.readOne(in).last().get("id").asText();
      HttpRequest delete = server.request("/api/generate/" + id).DELETE().build();
      assertThat(server.send(delete).statusCode()).isEqualTo(204);
      gate.open();
      Events rest = Events.read(in);
      assertThat(rest.names()).containsExactly("stopped");
      assertThat(rest.last().get("id").asText()).isEqualTo(id);
      problem(server.send(delete), 404, "unknown-generation");
    } finally {
      gate.open();
    }
  }

  @Test
  void tellsModelsAndCards() throws Exception {
    JsonNode models = Server.json(server.get("/api/models").body());
    api.assertValid("Models", models);
    assertThat(models.at("/models/0/model").asText()).isEqualTo("default");
    JsonNode card = Server.json(server.get("/api/models/default/classify").body());
    api.assertValid("Description", card);
    assertThat(card.get("labels")).hasSize(77);
    assertThat(card.get("card").asText()).contains("<table>", "BANKING77");
    JsonNode generator = Server.json(server.get("/api/models/default/generate").body());
    assertThat(generator.get("card").asText()).contains("&lt;script&gt;").doesNotContain("<script");
    assertThat(generator.get("source").asText()).doesNotContain("/");
    JsonNode filler = Server.json(server.get("/api/models/default/fill-mask").body());
    assertThat(filler.get("mask_token").asText()).isEqualTo("<mask>");
  }

  @Test
  void aTaskWithoutModelSaysWhichPropertyToSet() throws Exception {
    JsonNode none =
        problem(server.post("/api/summarize", "{\"text\": \"Bye!\"}"), 404, "model-not-configured");
    assertThat(none.get("property").asText()).isEqualTo("parlance.summarizer");
    JsonNode second =
        problem(
            server.post("/api/entities", "{\"text\": \"Bye!\", \"model\": \"second\"}"),
            404,
            "model-not-configured");
    assertThat(second.get("property").asText())
        .isEqualTo("parlance.instances.second.entity-extractor");
    problem(server.get("/api/models/default/summarize"), 404, "model-not-configured");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "classify | {\"text\": \"cut | malformed-json | line 1, column",
        "classify | [] | malformed-json | one JSON object",
        "classify | {\"text\": \"a\"} {} | malformed-json | ",
        "classify | {\"text\": \"a\", \"text\": \"b\"} | malformed-json | uplicate",
        "classify | null | malformed-json | empty",
        "classify | {\"txt\": \"a\"} | unknown-field | 'txt' is not known here; known are model",
        "classify | {\"text\": \"a\", \"options\": {\"topk\": 1}} | unknown-field | options.topk",
        "classify | {\"text\": 7} | wrong-type | 'text' does not take this value; it takes a text",
        "classify | {\"text\": \"a\", \"options\": {\"top_k\": \"1\"}} | wrong-type | a whole"
            + " number",
        "classify | {\"text\": \"a\", \"options\": {\"top_k\": 1.5}} | wrong-type | a whole number",
        "entities | {\"text\": \"a\", \"options\": {\"aggregation\": \"x\"}} | wrong-type | none,"
            + " simple",
        "rank | {\"query\": \"a\", \"documents\": \"b\"} | wrong-type | a list",
        "classify | {} | invalid-input | field 'text' is missing",
        "classify | {\"text\": \" \"} | invalid-input | field 'text' is empty",
        "classify | {\"text\": \"a\", \"options\": {\"top_k\": 0}} | invalid-input | from 1 to"
            + " 1,000",
        "rank | {\"query\": \"a\", \"documents\": [\"b\", null]} | invalid-input | documents[1]",
        "rank | {\"query\": \"a\", \"documents\": []} | invalid-input | 'documents' is missing",
        "generate | {\"prompt\": \"a\", \"options\": {\"max_new_tokens\": 9999}} | invalid-input |"
            + " 512",
        "generate | {\"prompt\": \"a\", \"options\": {\"top_p\": 2}} | invalid-input | top_p",
        "generate/stream | {\"prompt\": \"a\", \"options\": {\"num_beams\": 99}} | invalid-input |"
            + " 8",
        "translate | {\"text\": \"a\", \"options\": {\"to\": \"xx\"}} | invalid-input | xx",
      })
  void refusesWhatItCannotRead(String path, String body, String code, String detail)
      throws Exception {
    JsonNode problem = problem(server.post("/api/" + path, body), 400, code);
    assertThat(problem.get("detail").asText())
        .contains(detail == null ? "" : detail)
        .doesNotContain("io.parlance", "java.");
  }

  @Test
  void refusesLongTextsAndLongLists() throws Exception {
    JsonNode text =
        problem(
            server.post("/api/classify", "{\"text\": \"" + "a".repeat(20_001) + "\"}"),
            400,
            "invalid-input");
    assertThat(text.get("detail").asText()).contains("20,001").contains("20,000");
    String many = "\"a\",".repeat(64) + "\"a\"";
    problem(
        server.post("/api/rank", "{\"query\": \"a\", \"documents\": [" + many + "]}"),
        400,
        "invalid-input");
  }

  @Test
  void refusesBodiesOfTenMegabytes() throws Exception {
    byte[] large =
        ("{\"text\": \"" + "a".repeat(10_000_000) + "\"}").getBytes(StandardCharsets.UTF_8);
    HttpRequest known =
        server.request("/api/classify").POST(BodyPublishers.ofByteArray(large)).build();
    problem(server.send(known), 413, "body-too-large");
    HttpRequest chunked =
        server
            .request("/api/classify")
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
            .build();
    problem(server.send(chunked), 413, "body-too-large");
  }

  @ParameterizedTest
  @CsvSource({"../../../../etc/passwd", "/etc", "..", "classpath:io/parlance", "hf:gpt2", "''"})
  void modelsAreChosenByTheirNameOnly(String name) throws Exception {
    JsonNode problem =
        problem(
            server.post("/api/classify", "{\"text\": \"a\", \"model\": \"" + name + "\"}"),
            404,
            "unknown-model");
    assertThat(problem.get("detail").asText()).endsWith("configured are default, second");
  }

  @Test
  void pathsOfModelsAreNoPathsOfFiles() throws Exception {
    problem(server.get("/api/models/etc/classify"), 404, "unknown-model");
    problem(server.get("/api/models/default/passwd"), 404, "unknown-model");
    for (String path : List.of("/api/models/..%2f..%2fetc/passwd", "/..%2f..%2fetc/passwd")) {
      HttpResponse<String> response = server.get(path);
      assertThat(response.statusCode()).as(path).isBetween(400, 404);
      assertThat(response.body()).doesNotContain("root:");
    }
  }

  @Test
  void otherMethodsTypesAndPathsAreProblemsToo() throws Exception {
    assertThat(server.get("/api/classify").statusCode()).isEqualTo(405);
    HttpResponse<String> form =
        server.send(
            HttpRequest.newBuilder(server.at("/api/classify"))
                .header("Content-Type", "text/plain") // what a page elsewhere may send unasked
                .POST(BodyPublishers.ofString("{\"text\": \"a\"}"))
                .build());
    assertThat(form.statusCode()).isEqualTo(415);
    HttpResponse<String> nothing = server.get("/api/nothing");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.headers().firstValue("Content-Type")).hasValue("application/problem+json");
  }

  @Test
  void thePageMayLoadNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = server.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "http");
    for (String file : List.of("page.js", "client.js", "results.js", "snippets.js", "page.css")) {
      assertThat(server.get("/" + file).body()).as(file).doesNotContain("http://", "https://");
    }
    assertThat(server.get("/actuator/health").body()).contains("UP");
    assertThat(server.get("/actuator/env").statusCode()).isEqualTo(404);
  }

  @Test
  void theDescriptionHasEveryPathAndNoOther() {
    Set<String> served = new TreeSet<>();
    server
        .context()
        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
        .getHandlerMethods()
        .keySet()
        .forEach(
            info ->
                info.getPatternValues().stream()
                    .filter(path -> path.startsWith("/api"))
                    .forEach(
                        path ->
                            info.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> served.add(method + " " + path))));
    Set<String> described = new TreeSet<>();
    api.document()
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(described).isEqualTo(served).hasSize(15);
  }

  @Test
  void theDescriptionHasTheFieldsOfEveryRequest() {
    for (Class<?> request : TaskRequest.class.getDeclaredClasses()) {
      if (!request.isRecord()) {
        continue;
      }
      Set<String> fields = new TreeSet<>();
      api.schema(request.getSimpleName())
          .get("properties")
          .fieldNames()
          .forEachRemaining(fields::add);
      assertThat(fields)
          .as(request.getSimpleName())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(request.getRecordComponents())
                  .map(RecordComponent::getName)
                  .map(name -> name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                  .toList());
    }
  }
}
