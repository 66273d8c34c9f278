package io.portolan.sender.feedback;

import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Prints after each iteration what one operation cost in the thread's CPU time, which tells more
 * than the clock where other work shares the machine.
 */
@State(Scope.Thread)
public class CpuTime {
  private long start;
  private long operations;

  @Setup(Level.Iteration)
  public void start() {
    operations = 0;
    start = now();
  }

  /** Counts operations that were done. */
  public void add(int count) {
    operations += count;
  }

  @TearDown(Level.Iteration)
  public void print() {
    System.out.printf("CPU %d ns/op, ", (now() - start) / Math.max(1, operations));
  }

  /** What the calling thread has used, in nanoseconds. */
  static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
