package io.parlance.samples.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The job in a process of its own. */
final class JobProcess {
  private JobProcess() {}

  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Dparlance.terminal=true"); // progress comes at once
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
