package io.parlance.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * What a container leaves to this process, from versions 1 and 2 of Linux control groups.
 *
 * @param processors processors by the CPU quota, 0 for no limit
 * @param memoryBytes most memory, 0 for no limit
 */
record ControlGroup(double processors, long memoryBytes) {
  private static final String MOUNT = "/sys/fs/cgroup";

  static ControlGroup of(Host host) {
    double processors = 0;
    long memory = 0;
    for (String membership : host.lines("/proc/self/cgroup")) {
      String[] fields = membership.split(":", 3);
      if (fields.length == 3) {
        List<String> controllers = List.of(fields[1].split(",", -1));
        for (String group : upwards(fields[2])) {
          if (fields[1].isEmpty()) {
            processors = smaller(processors, quota(host.line(MOUNT + group + "/cpu.max")));
            memory = smaller(memory, number(host.line(MOUNT + group + "/memory.max")));
          }
          if (controllers.contains("cpu")) {
            String cpu = MOUNT + "/" + fields[1] + group + "/cpu.cfs_";
            String cpuAlone = MOUNT + "/cpu" + group + "/cpu.cfs_";
            for (String prefix : List.of(cpu, cpuAlone)) {
              String both = host.line(prefix + "quota_us") + " " + host.line(prefix + "period_us");
              processors = smaller(processors, quota(both));
            }
          }
          if (controllers.contains("memory")) {
            String limit = host.line(MOUNT + "/memory" + group + "/memory.limit_in_bytes");
            memory = smaller(memory, number(limit));
          }
        }
      }
    }
    return new ControlGroup(processors, memory);
  }

  /** A group and those it is in: each may have a limit, the smallest counts. */
  private static List<String> upwards(String group) {
    List<String> groups = new ArrayList<>();
    String each = group.endsWith("/") ? group.substring(0, group.length() - 1) : group;
    groups.add(each);
    while (each.contains("/")) {
      each = each.substring(0, each.lastIndexOf('/'));
      groups.add(each);
    }
    return groups;
  }

  /** Processors of "quota period" in microseconds; 0 for no limit. */
  private static double quota(String text) {
    String[] parts = text.split(" ", 2);
    long quota = number(parts[0]);
    long period = parts.length < 2 ? 0 : number(parts[1]);
    return quota > 0 && period > 0 ? (double) quota / period : 0;
  }

  private static long number(String text) {
    try {
      long value = Long.parseLong(text.strip());
      return value < 1L << 60 ? value : 0; // version 1 writes a huge number for no limit
    } catch (NumberFormatException e) {
      return 0; // "max", or no such file
    }
  }

  private static double smaller(double one, double other) {
    return one <= 0 ? Math.max(0, other) : other <= 0 ? one : Math.min(one, other);
  }

  private static long smaller(long one, long other) {
    return one <= 0 ? Math.max(0, other) : other <= 0 ? one : Math.min(one, other);
  }
}
