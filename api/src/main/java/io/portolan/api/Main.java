package io.portolan.api;

import io.portolan.api.bench.BenchCommand;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.demo.DemoCommand;
import io.portolan.api.feedback.ClassifyCommand;
import io.portolan.api.rates.RatesCommand;
import picocli.CommandLine;

/** The one entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return PortolanCommand.commandLine(
        new DemoCommand(), new BenchCommand(), new ClassifyCommand(), new RatesCommand());
  }
}
