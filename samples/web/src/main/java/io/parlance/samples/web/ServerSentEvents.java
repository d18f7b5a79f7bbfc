package io.parlance.samples.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** Writes events to a response, each at once. Used by one thread. */
final class ServerSentEvents {
  private final OutputStream out;
  private final JsonMapper json;

  ServerSentEvents(HttpServletResponse response, JsonMapper json) {
    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    response.setCharacterEncoding(StandardCharsets.UTF_8.name());
    response.setHeader("X-Accel-Buffering", "no"); // proxies would wait for more
    try {
      this.out = response.getOutputStream();
    } catch (IOException e) {
      throw new ReaderGoneException(e);
    }
    this.json = json;
  }

  /**
   * Sends one event.
   *
   * @throws ReaderGoneException if nobody reads any more
   */
  void send(String event, Object data) {
    // JSON has no line breaks of its own here, which would end the event
    String text = "event: " + event + "\ndata: " + json.writeValueAsString(data) + "\n\n";
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new ReaderGoneException(e);
    }
  }

  /** The connection is closed at its other end. */
  static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException(IOException cause) {
      super(cause);
    }
  }
}
