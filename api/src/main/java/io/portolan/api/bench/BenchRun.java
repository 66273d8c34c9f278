package io.portolan.api.bench;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.portolan.api.application.EarlyEnd;
import io.portolan.api.application.TemporaryHome;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** What is around every bench: a home that is deleted, a screen, and an end at Ctrl-C. */
final class BenchRun {
  private BenchRun() {}

  /** A bench. */
  @FunctionalInterface
  interface Body {
    /** Runs it and returns what is to be printed and whether all that it checks held. */
    Result run(TemporaryHome home, BenchScreen screen) throws IOException, InterruptedException;
  }

  /** What came of it. */
  record Result(String printed, boolean held) {
    static Result of(BenchReport report, boolean json) throws JsonProcessingException {
      return new Result(json ? report.json() : report.text(), report.allHeld());
    }
  }

  /** Runs a bench on this thread and returns the exit code. */
  static int of(CommandSpec spec, boolean json, Body body) throws IOException {
    // what it has to tell the bench tells itself, and nothing may break into the progress
    EarlyEnd.level("io.portolan", Level.WARN);
    // a server that takes long to stop is ended with its home
    EarlyEnd.level("io.zonky", Level.OFF);
    BenchScreen screen = new BenchScreen(spec.commandLine().getErr(), json);
    EarlyEnd end = new EarlyEnd(Thread.currentThread());
    try (TemporaryHome home = TemporaryHome.create("bench")) {
      end.watch(home);
      Result result = body.run(home, screen);
      PrintWriter out = spec.commandLine().getOut();
      out.println(result.printed());
      out.flush();
      return result.held() ? 0 : 1;
    } catch (InterruptedException e) {
      return EarlyEnd.EXIT_CODE;
    } catch (IOException | RuntimeException e) {
      if (end.hasBegun()) {
        return EarlyEnd.EXIT_CODE; // what broke broke because everything was being ended
      }
      throw e;
    } finally {
      end.close();
    }
  }
}
