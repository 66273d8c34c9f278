package io.portolan.api.feedback;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.cli.ConfigurationOption;
import io.portolan.api.configuration.Configuration;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.feedback.Diagnosis;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.feedback.FeedbackReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portolan classify}: tries replies and mails against the rules, without any server. */
@Command(
    name = "classify",
    description =
        "Says what a reply of an SMTP server means and by which rule, or reads the mails of a"
            + " directory.")
public final class ClassifyCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  // how tables of replies name providers that the directory has by another name
  private static final Map<String, String> PROVIDERS =
      Map.of(
          "google",
          "gmail",
          "microsoft",
          "outlook",
          "amazon",
          "aws-workmail",
          "163.com",
          "netease",
          "kddi",
          "au-kddi",
          "gmx-1und1",
          "gmx");

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConfigurationOption configuration;

  @Parameters(
      paramLabel = "REPLY",
      arity = "0..1",
      description = "A reply such as '550 5.1.1 User unknown'; \\n stands between lines.")
  private Optional<String> reply = Optional.empty();

  @Option(
      names = "--isp",
      defaultValue = "other",
      description =
          "Whose server answered, or relay for one of your relays (default: ${DEFAULT-VALUE}). With"
              + " --replies for rows that name no provider; a mail says it itself.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String isp;

  @Option(
      names = "--phase",
      defaultValue = "rcpt",
      description =
          "What it answered: banner, ehlo, tls, auth, mail, rcpt, data or dot (default:"
              + " ${DEFAULT-VALUE}). With --replies for rows that name no command; a mail says it"
              + " itself.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String phase;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "Rules to ask before the built-in ones, in the stead of the configured file.")
  private Optional<Path> rules = Optional.empty();

  @Option(
      names = "--mails",
      paramLabel = "DIR",
      description =
          "Read every .eml file below this directory; print a JSON line for each. What cannot be"
              + " read is named on standard error, and makes the exit code 1.")
  private Optional<Path> mails = Optional.empty();

  @Option(
      names = "--replies",
      paramLabel = "FILE",
      description = "Classify the column reply of a CSV; print it with a column predicted.")
  private Optional<Path> replies = Optional.empty();

  @Option(names = "--json", description = "Print JSON, for scripts.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (Stream.of(reply, mails, replies).filter(Optional::isPresent).count() != 1) {
      throw wrong("Give one of: a reply, --mails DIR, --replies FILE.");
    }
    Configuration configured = configuration.read(System.getenv());
    IspDirectory isps =
        configured
            .ispsFile()
            .map(IspDirectory.builtIn()::withFile)
            .orElseGet(IspDirectory::builtIn);
    ReplyClassifier classifier =
        rules
            .map(file -> ReplyClassifier.withFile(file, isps))
            .orElseGet(() -> ReplyRules.classifier(configured, isps));
    PrintWriter out = spec.commandLine().getOut();
    int unreadable = 0;
    if (mails.isPresent()) {
      refuseForMails("--isp");
      refuseForMails("--phase");
      unreadable =
          new MailDirectory(mails.get(), new FeedbackReader(classifier, isps))
              .read(out, spec.commandLine().getErr());
    } else if (replies.isPresent()) {
      CsvTable table = CsvTable.file(replies.get(), List.of("reply"));
      Asked asked = asked(isps);
      out.print(table.withColumn("predicted", row -> predicted(row, asked, classifier, isps)));
    } else {
      explain(reply.orElseThrow(), asked(isps), classifier, out);
    }
    out.flush();
    return unreadable == 0 ? 0 : 1;
  }

  private void refuseForMails(String option) {
    if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
      throw wrong(
          option
              + " goes with a reply or --replies. Who refused a mail, and when, is read from the"
              + " mail.");
    }
  }

  /** Who answered what: a platform or a relay, for by these live replies are judged. */
  private record Asked(String platform, Phase phase) {}

  private Asked asked(IspDirectory isps) {
    return new Asked(
        platform(isp, isps)
            .orElseThrow(
                () -> wrong("There is no ISP \"" + isp + "\"; the directory has gmail, yahoo …")),
        phase(phase)
            .orElseThrow(() -> wrong("\"" + phase + "\" is no phase, such as rcpt or dot.")));
  }

  private static Optional<String> platform(String isp, IspDirectory isps) {
    return isp.equals(ReplyClassifier.RELAY) ? Optional.of(isp) : isps.find(isp).map(Isp::platform);
  }

  private void explain(String line, Asked asked, ReplyClassifier classifier, PrintWriter out)
      throws IOException {
    SmtpReply parsed =
        parsed(line)
            .filter(ClassifyCommand::isRefusal)
            .orElseThrow(
                () -> wrong("\"" + line + "\" is no refusal, such as '550 5.1.1 User unknown'."));
    Explanation explanation =
        Explanation.of(
            classifier.classify(parsed, asked.phase(), asked.platform()),
            asked.platform(),
            classifier);
    if (json) {
      out.println(JSON.writeValueAsString(explanation));
    } else {
      out.print(explanation.inWords());
    }
  }

  /** Empty for a reply that is no refusal; what has no code is read as in a report. */
  private static String predicted(
      CsvRow row, Asked asked, ReplyClassifier classifier, IspDirectory isps) {
    String provider = row.text("provider");
    String platform =
        provider.isEmpty()
            ? asked.platform()
            : platform(provider, isps)
                .or(() -> platform(PROVIDERS.getOrDefault(provider, provider), isps))
                .orElse(Isp.OTHER.id());
    String command = row.text("smtp_command");
    Phase at = command.isEmpty() ? asked.phase() : phaseOf(command);
    String line = row.text("reply");
    Optional<SmtpReply> parsed = parsed(line);
    if (parsed.isPresent() && !isRefusal(parsed.get())) {
      return "";
    }
    return parsed
        .map(refusal -> classifier.classify(refusal, at, platform))
        .orElseGet(() -> new Diagnosis(classifier, isps).classify(line, at, platform))
        .category()
        .id();
  }

  /** The phase of a command; where none is told the recipient's, as of most refusals. */
  private static Phase phaseOf(String command) {
    return switch (command.toUpperCase(Locale.ROOT)) {
      case "CONN" -> Phase.BANNER;
      case "HELO" -> Phase.EHLO;
      case "DATA" -> Phase.DOT;
      default -> phase(command).orElse(Phase.RCPT);
    };
  }

  private static Optional<Phase> phase(String name) {
    return Arrays.stream(Phase.values())
        .filter(each -> each.name().equalsIgnoreCase(name))
        .findFirst();
  }

  private static Optional<SmtpReply> parsed(String line) {
    try {
      return Optional.of(SmtpReply.parse(line.replace("\\n", "\n")));
    } catch (MalformedReplyException e) {
      return Optional.empty();
    }
  }

  private static boolean isRefusal(SmtpReply reply) {
    return reply.isTransient() || reply.isPermanent();
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
