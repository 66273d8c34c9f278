package io.portolan.api.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * CPU time that a bench's processes have used so far.
 *
 * @param portolan this process
 * @param postgresql the server and its children, those that have ended too
 */
public record CpuTimes(Duration portolan, Duration postgresql, Duration sink) {
  /** Linux reports in these to every program, whatever its clock. */
  private static final int TICKS_PER_SECOND = 100;

  /* Of /proc/PID/stat after the command in brackets: see proc_pid_stat(5), fields 14 to 17. */
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int USER_OF_ENDED_CHILDREN = 13;
  private static final int SYSTEM_OF_ENDED_CHILDREN = 14;

  /**
   * Read now.
   *
   * @param postgresql the server, if there is one
   * @param sink where the messages go, if there is one
   */
  public static CpuTimes now(Optional<ProcessHandle> postgresql, Optional<ProcessHandle> sink) {
    return new CpuTimes(
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO),
        postgresql.map(CpuTimes::withChildren).orElse(Duration.ZERO),
        sink.map(process -> of(process, false)).orElse(Duration.ZERO));
  }

  /** Since an earlier reading. */
  public CpuTimes minus(CpuTimes earlier) {
    return new CpuTimes(
        portolan.minus(earlier.portolan),
        postgresql.minus(earlier.postgresql),
        sink.minus(earlier.sink));
  }

  private static Duration withChildren(ProcessHandle server) {
    return server
        .children()
        .map(child -> of(child, false))
        .reduce(of(server, true), Duration::plus);
  }

  private static Duration of(ProcessHandle process, boolean withEndedChildren) {
    try {
      return parse(
          Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat")),
          withEndedChildren);
    } catch (IOException e) {
      // ended meanwhile, or not Linux
      return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
  }

  /** Reads a line of {@code /proc/PID/stat}. */
  static Duration parse(String stat, boolean withEndedChildren) {
    // the command may hold blanks and brackets itself
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    if (withEndedChildren) {
      ticks +=
          Long.parseLong(fields[USER_OF_ENDED_CHILDREN])
              + Long.parseLong(fields[SYSTEM_OF_ENDED_CHILDREN]);
    }
    return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
  }
}
