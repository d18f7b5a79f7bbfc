package io.parlance.samples.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Server-sent events as a client reads them. */
record Events(List<String> names, List<JsonNode> data) {
  /** All that come until the stream ends. */
  static Events read(InputStream in) throws IOException {
    Events all = new Events(new ArrayList<>(), new ArrayList<>());
    for (Events one = readOne(in); !one.names.isEmpty(); one = readOne(in)) {
      all.names.addAll(one.names);
      all.data.addAll(one.data);
    }
    return all;
  }

  /** The next one; none at the end of the stream. */
  static Events readOne(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int previous = -1;
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n' && previous == '\n') {
        String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\n");
        return new Events(
            List.of(lines[0].substring("event: ".length())),
            List.of(Server.json(lines[1].substring("data: ".length()))));
      }
      bytes.write(next);
      previous = next;
    }
    return new Events(List.of(), List.of());
  }

  JsonNode last() {
    return data.get(data.size() - 1);
  }

  /** The pieces of the text together. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals("text")) {
        text.append(data.get(i).get("text").asText());
      }
    }
    return text.toString();
  }
}
