package io.portolan.api.bench;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * What a bench says while it runs: each step on a line of its own, and how far the step is, drawn
 * over itself on a terminal. Not thread-safe.
 */
final class BenchScreen {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final int WIDTH = 79;

  private final PrintWriter out;
  private final boolean overwrite;
  private final boolean quiet;
  private boolean drawn;
  private long lastLineNanos = System.nanoTime();

  /**
   * @param quiet whether to say nothing where there is no terminal
   */
  BenchScreen(PrintWriter out, boolean quiet) {
    this.out = out;
    overwrite = isTerminalAttached();
    this.quiet = quiet && !overwrite;
  }

  /** Says one thing. */
  void say(String text) {
    if (!quiet) {
      wipe();
      out.println(text);
      out.flush();
    }
  }

  /** Shows how far a step is. */
  void progress(String step, long done, long all, Duration elapsed) {
    if (overwrite) {
      wipe();
      out.print(line(step, done, all, elapsed));
      out.flush();
      drawn = true;
    } else if (!quiet && System.nanoTime() - lastLineNanos > BETWEEN_LINES.toNanos()) {
      out.println(line(step, done, all, elapsed));
      out.flush();
      lastLineNanos = System.nanoTime();
    }
  }

  /** Such as {@code sending 42.0 % 21,000 of 50,000 3,100/s 9 s left}. */
  static String line(String step, long done, long all, Duration elapsed) {
    double seconds = elapsed.toMillis() / 1000.0;
    double rate = seconds > 0 ? done / seconds : 0;
    String left = rate > 0 ? Math.round((all - done) / rate) + " s left" : "";
    String line =
        String.format(
            Locale.ROOT,
            "%-9s %5.1f %%  %,d of %,d  %,.0f/s  %s",
            step,
            all == 0 ? 100.0 : 100.0 * done / all,
            done,
            all,
            rate,
            left);
    return line.substring(0, Math.min(WIDTH, line.length())).stripTrailing();
  }

  private void wipe() {
    if (drawn) {
      out.print("\r\u001b[K");
      drawn = false;
    }
  }

  // from JDK 22 to 24 it never was null without a terminal, as the check believes; now it is again
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminalAttached() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
