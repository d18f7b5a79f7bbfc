package io.parlance.samples.cli;

import com.google.gson.JsonObject;
import java.util.List;

/** Answers lines; owns the model it needs for that and closes it. */
interface LineTask extends AutoCloseable {

  /**
   * Answers lines that share their options, all at once where the model can.
   *
   * @param options as {@link TaskOptions#ofLine} returned them
   * @return one answer a line, in the lines' order
   * @throws RuntimeException where any line cannot be answered; the lines are then asked one by one
   */
  List<JsonObject> answer(List<Line> lines, JsonObject options);

  @Override
  void close();
}
