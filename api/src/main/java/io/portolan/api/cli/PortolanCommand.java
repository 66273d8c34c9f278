package io.portolan.api.cli;

import io.portolan.api.application.Version;
import io.portolan.api.comparison.CompareCommand;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.dns.DnsCommand;
import io.portolan.api.feedback.FeedbackCommand;
import io.portolan.api.hold.DomainCommand;
import io.portolan.api.intake.MailboxesCommand;
import io.portolan.api.reputation.ReputationCommand;
import io.portolan.api.suppression.RecipientCommand;
import io.portolan.api.suppression.SuppressionCommand;
import io.portolan.core.CoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line as a whole. */
@Command(
    name = "portolan",
    description = "Sends e-mail campaigns, and finds the port that gets through.",
    subcommands = {
      ServeCommand.class,
      ConfigCommand.class,
      ListCommand.class,
      TemplateCommand.class,
      CampaignCommand.class,
      DomainCommand.class,
      DeliveryCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      ReputationCommand.class,
      PolicyCommand.class,
      RelayCommand.class,
      SuppressionCommand.class,
      RecipientCommand.class,
      FeedbackCommand.class,
      MailboxesCommand.class,
      PathsCommand.class,
      PortsCommand.class,
      DnsCommand.class,
      IspCommand.class,
      KeyCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    scope = CommandLine.ScopeType.INHERIT, // every command takes --help
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
   * The command line. Executing it returns 0 done, 1 failed, 2 wrongly called.
   *
   * @param more commands beside those of this package
   */
  public static CommandLine commandLine(Object... more) {
    CommandLine commandLine = new CommandLine(new PortolanCommand());
    for (Object command : more) {
      commandLine.addSubcommand(command);
    }
    commandLine.setExecutionExceptionHandler(PortolanCommand::failed);
    return commandLine;
  }

  private static String words(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e -> "There is no file " + e.getFile() + ".";
      case AccessDeniedException e -> e.getFile() + " may not be read or written by you.";
      case FileSystemException e -> e.getFile() + ": " + e.getReason() + ".";
      default -> "Reading or writing failed: " + failure.getMessage() + ".";
    };
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
    if (failure instanceof IOException io) {
      command.getErr().println(words(io));
      command.getErr().flush();
      return 1;
    }
    throw failure;
  }
}
