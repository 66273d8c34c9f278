package io.portolan.api.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ProgressScreen;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What the demo says: lines with the time before them, and the progress. Thread-safe. */
final class DemoScreen {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final PrintWriter out;
  private final InstantSource clock;
  private final ProgressScreen progress;

  DemoScreen(PrintWriter out, InstantSource clock) {
    this.out = out;
    this.clock = clock;
    progress = new ProgressScreen(out);
  }

  /** Says one thing with the time before it. */
  synchronized void say(String text) {
    progress.interject(TIME.format(clock.instant().atOffset(ZoneOffset.UTC)) + "  " + text);
  }

  /** Shows text as it is. */
  synchronized void show(String text) {
    progress.interject(text);
  }

  synchronized void show(JsonNode answer) {
    progress.show(answer);
  }

  boolean isTerminal() {
    return progress.isTerminal();
  }

  PrintWriter out() {
    return out;
  }
}
