package io.portolan.api;

import io.portolan.api.cli.PortolanCommand;

/** The one entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(PortolanCommand.run(arguments));
  }
}
