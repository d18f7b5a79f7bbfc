package io.parlance.task;

import io.parlance.tokenizers.Encoding;

/** One window of an asynchronous call, compared by identity. */
final class WaitingWindow {
  private final WaitingCall<?> call;
  private final int place;
  private final Encoding encoding;

  WaitingWindow(WaitingCall<?> call, int place, Encoding encoding) {
    this.call = call;
    this.place = place;
    this.encoding = encoding;
  }

  WaitingCall<?> call() {
    return call;
  }

  Encoding encoding() {
    return encoding;
  }

  int length() {
    return encoding.length();
  }

  void read(EncoderOutputs outputs, int row) {
    call.read(outputs, row, place, encoding);
  }
}
