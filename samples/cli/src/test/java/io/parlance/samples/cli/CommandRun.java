package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one command did, run inside this process as {@link Main} would run it. */
record CommandRun(int status, String out, String messages) {

  static CommandRun of(String input, String... arguments) {
    return of(input.getBytes(StandardCharsets.UTF_8), arguments);
  }

  static CommandRun of(byte[] input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int status =
        ParlanceCommand.run(
            new Streams(
                new ByteArrayInputStream(input),
                out,
                new PrintStream(messages, true, StandardCharsets.UTF_8),
                0,
                false),
            arguments);
    return new CommandRun(
        status,
        out.toString(StandardCharsets.UTF_8),
        messages.toString(StandardCharsets.UTF_8).strip());
  }

  List<JsonObject> lines() {
    return out.lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
  }
}
