package io.parlance.samples.web;

import static io.parlance.samples.web.ApiTask.GENERATE;

import io.parlance.Cancellation;
import io.parlance.CancelledException;
import io.parlance.Generation;
import io.parlance.samples.web.CallTimes.Recording;
import io.parlance.samples.web.CallTimes.Timings;
import io.parlance.samples.web.ServerSentEvents.ReaderGoneException;
import io.parlance.samples.web.TaskCalls.Answered;
import io.parlance.samples.web.TaskCalls.Chosen;
import io.parlance.samples.web.TaskResult.Written;
import io.parlance.task.TextGenerator;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * Text generation: whole, or as it is written. A stream ends early when its id is deleted, or when
 * its reader has gone; the model stops within the token that it computes.
 */
@RestController
@RequestMapping("/api/generate")
final class GenerationController {
  private static final Logger LOGGER = LoggerFactory.getLogger(GenerationController.class);

  private final TaskCalls calls;
  private final GenerationRequests requests;
  private final JsonMapper json;
  private final Map<String, Cancellation> running = new ConcurrentHashMap<>();

  GenerationController(TaskCalls calls, GenerationRequests requests, JsonMapper json) {
    this.calls = calls;
    this.requests = requests;
    this.json = json;
  }

  /** First event of a stream: by what to delete it. */
  record Started(String id) {}

  /** A piece of the text. */
  record Piece(String text) {}

  /** Last event of a stream that was deleted. */
  record Stopped(String id, Timings timings) {}

  /** There is nothing to stop: it has ended, or never was. */
  static final class UnknownGenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownGenerationException() {
      super("no generation with this id is going on; it has ended, or there never was one");
    }
  }

  @PostMapping
  Answered<Written> generate(@RequestBody TaskRequest.Generate request) {
    String prompt = requests.prompt(request);
    return calls.call(
        GENERATE,
        request.model(),
        nlp -> Written.of(requests.configure(nlp.generator(), request.options()).generate(prompt)));
  }

  @PostMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  void stream(@RequestBody TaskRequest.Generate request, HttpServletResponse response) {
    String prompt = requests.prompt(request);
    calls.<Boolean>timed(
        GENERATE,
        request.model(),
        (chosen, times) -> {
          TextGenerator generator = requests.configure(chosen.nlp().generator(), request.options());
          try {
            write(new ServerSentEvents(response, json), generator, prompt, chosen, times);
          } catch (ReaderGoneException gone) {
            LOGGER.debug("the reader of a generation has gone", gone);
          }
          return true;
        });
  }

  /** From here on headers are sent, so that what goes wrong is an event too. */
  private void write(
      ServerSentEvents events,
      TextGenerator generator,
      String prompt,
      Chosen chosen,
      Recording times) {
    String id = UUID.randomUUID().toString();
    Cancellation stop = new Cancellation();
    running.put(id, stop);
    try {
      events.send("start", new Started(id));
      Generation found =
          generator
              .cancellation(stop)
              .generate(prompt, piece -> events.send("text", new Piece(piece)));
      Written result = Written.of(found);
      events.send("end", new Answered<>(GENERATE.path(), chosen.name(), result, times.timings()));
    } catch (ReaderGoneException gone) {
      throw gone;
    } catch (CancelledException e) {
      if (!stop.isCancelled()) {
        events.send("error", Problem.of(e).body());
        return;
      }
      events.send("stopped", new Stopped(id, times.timings()));
    } catch (RuntimeException e) {
      events.send("error", Problem.of(e).body());
    } finally {
      running.remove(id);
    }
  }

  @DeleteMapping("/{id}")
  ResponseEntity<Void> stop(@PathVariable("id") String id) {
    Cancellation found = running.get(id);
    if (found == null) {
      throw new UnknownGenerationException();
    }
    found.cancel();
    return ResponseEntity.noContent().build();
  }
}
