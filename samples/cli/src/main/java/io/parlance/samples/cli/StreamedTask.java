package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import java.util.function.Consumer;

/** A task whose answer is a text that can be shown while it is written. */
interface StreamedTask extends LineTask {

  /**
   * Answers one line.
   *
   * @param options as {@link TaskOptions#ofLine} returned them
   * @param listener hears each piece of the text in its order
   * @throws RuntimeException where the line cannot be answered; pieces may have been given already
   */
  void stream(Line line, JsonObject options, Consumer<String> listener);
}
