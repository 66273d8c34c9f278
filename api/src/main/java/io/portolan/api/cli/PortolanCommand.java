package io.portolan.api.cli;

import io.portolan.api.bench.BenchCommand;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.demo.DemoCommand;
import io.portolan.api.http.Version;
import io.portolan.core.CoreException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line as a whole. */
@Command(
    name = "portolan",
    description = "Sends e-mail campaigns, and finds the port that gets through.",
    subcommands = {
      ServeCommand.class,
      DemoCommand.class,
      BenchCommand.class,
      ConfigCommand.class,
      ListCommand.class,
      CampaignCommand.class,
      ReportCommand.class,
      PolicyCommand.class,
      RelayCommand.class,
      SuppressionCommand.class,
      PathsCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = PortolanCommand.Versions.class)
public final class PortolanCommand {
  private PortolanCommand() {}

  /** What {@code --version} says. */
  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"portolan " + Version.current()};
    }
  }

  /**
   * Runs the command that the arguments name and returns its exit code: 0 done, 1 failed, 2 wrongly
   * called.
   */
  public static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new PortolanCommand());
    commandLine.setExecutionExceptionHandler(PortolanCommand::failed);
    return commandLine;
  }

  private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult ignored)
      throws Exception {
    if (failure instanceof ApiException
        || failure instanceof ConfigurationException
        || failure instanceof CoreException) {
      PrintWriter err = command.getErr();
      err.println(failure.getMessage());
      err.flush();
      return 1;
    }
    throw failure;
  }
}
