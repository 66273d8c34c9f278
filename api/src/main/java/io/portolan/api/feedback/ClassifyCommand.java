package io.portolan.api.feedback;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.portolan.api.cli.ConfigurationOption;
import io.portolan.api.configuration.Configuration;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.MalformedReplyException;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.SmtpReply;
import io.portolan.sender.feedback.FeedbackReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
      description = "Whose server answered (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String isp;

  @Option(
      names = "--phase",
      defaultValue = "rcpt",
      description =
          "What it answered: banner, ehlo, tls, auth, mail, rcpt, data or dot (default:"
              + " ${DEFAULT-VALUE}).")
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
      description = "Read every .eml file below this directory; print a JSON line for each.")
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
    if (mails.isPresent()) {
      read(mails.get(), new FeedbackReader(classifier, isps), out);
    } else if (replies.isPresent()) {
      CsvTable table = CsvTable.file(replies.get(), List.of("reply"));
      out.print(table.withColumn("predicted", row -> predicted(row, classifier, isps)));
    } else {
      explain(reply.orElseThrow(), classifier, isps, out);
    }
    out.flush();
    return 0;
  }

  private void explain(String line, ReplyClassifier classifier, IspDirectory isps, PrintWriter out)
      throws IOException {
    SmtpReply parsed = parsed(line).orElseThrow(() -> wrong(notARefusal(line)));
    String id =
        isps.find(isp)
            .map(Isp::id)
            .orElseThrow(
                () -> wrong("There is no ISP \"" + isp + "\"; the directory has gmail, yahoo …"));
    Phase at =
        phase(phase)
            .orElseThrow(() -> wrong("\"" + phase + "\" is no phase, such as rcpt or dot."));
    Explanation explanation = Explanation.of(classifier.classify(parsed, at, id), classifier);
    if (json) {
      out.println(JSON.writeValueAsString(explanation));
    } else {
      out.print(explanation.inWords());
    }
  }

  private static void read(Path directory, FeedbackReader reader, PrintWriter out)
      throws IOException {
    boolean isNamed = directory.toAbsolutePath().normalize().endsWith("mails");
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(file -> file.toString().endsWith(".eml")).sorted().toList();
    }
    for (Path file : files) {
      String name = directory.relativize(file).toString();
      out.println(
          JSON.writeValueAsString(
              Predictions.of(
                  isNamed ? "mails/" + name : name, reader.read(Files.readAllBytes(file)))));
    }
  }

  private static String predicted(CsvRow row, ReplyClassifier classifier, IspDirectory isps) {
    String provider = row.text("provider");
    String id =
        isps.find(provider).map(Isp::platform).orElse(PROVIDERS.getOrDefault(provider, "other"));
    return parsed(row.text("reply"))
        .map(parsed -> classifier.classify(parsed, phaseOf(row.text("smtp_command")), id))
        .map(Classification::category)
        .map(BounceCategory::id)
        .orElse("");
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
      return Optional.of(SmtpReply.parse(line.replace("\\n", "\n")))
          .filter(each -> each.isTransient() || each.isPermanent());
    } catch (MalformedReplyException e) {
      return Optional.empty();
    }
  }

  private static String notARefusal(String line) {
    return "\"" + line + "\" is no refusal, such as '550 5.1.1 User unknown'.";
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
