package io.portolan.core.pace;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.json.HumanDuration;
import io.portolan.core.reply.SmtpReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How long nothing is sent to a platform after a throttle reply, by a table of replies whose
 * sources it names. The first row that fits counts, an ISP's own before those for all.
 *
 * <p>Immutable and thread-safe.
 */
public final class CoolDowns {
  /** Where the table has nothing to say: the window of a burst. */
  static final Duration USUAL = Pace.BURST;

  static final List<String> COLUMNS =
      List.of("isp", "reply", "scope", "cool_down", "source", "sample");

  private static final String ALL = "*";
  private static final String RECIPIENT = "recipient";

  private final List<Row> rows;

  /** A row; {@code length} is empty where the reply is about one recipient. */
  record Row(List<String> isps, Pattern reply, Optional<Duration> length, String sample) {
    boolean fits(String isp, String line) {
      return (isps.contains(isp) || isps.contains(ALL)) && reply.matcher(line).find();
    }
  }

  private CoolDowns(List<Row> rows) {
    this.rows = rows;
  }

  /** The table that comes with Portolan. */
  public static CoolDowns builtIn() {
    return of(CsvTable.resource(CoolDowns.class, "cool-downs.csv", COLUMNS));
  }

  /**
   * Reads a table.
   *
   * @throws io.portolan.core.InvalidException naming line and column of what is wrong
   */
  static CoolDowns of(CsvTable table) {
    return new CoolDowns(table.rows().stream().map(CoolDowns::row).toList());
  }

  private static Row row(CsvRow row) {
    Pattern reply;
    try {
      reply = Pattern.compile(row.required("reply"), Pattern.CASE_INSENSITIVE);
    } catch (PatternSyntaxException e) {
      throw row.invalid("reply", "The expression is wrong: " + e.getDescription() + ".");
    }
    boolean isOfRecipient = row.required("scope").equals(RECIPIENT);
    if (!isOfRecipient && !row.text("scope").equals("platform")) {
      throw row.invalid("scope", "It is platform or recipient.");
    }
    Optional<Duration> length =
        isOfRecipient ? Optional.empty() : HumanDuration.parse(row.required("cool_down"));
    if (!isOfRecipient && length.isEmpty()) {
      throw row.invalid("cool_down", "It is a duration such as 10m.");
    }
    String sample = row.required("sample");
    if (!reply.matcher(sample).find()) {
      throw row.invalid("sample", "The expression does not match it.");
    }
    var _ = row.required("source");
    return new Row(row.list("isp"), reply, length, sample);
  }

  List<Row> rows() {
    return rows;
  }

  /**
   * How long to send nothing after a throttle reply; empty when it is about its recipient alone.
   *
   * @param isp whose server answered; {@code other} for a relay's
   */
  public Optional<Duration> after(SmtpReply reply, String isp) {
    String line = reply.line();
    return rows.stream()
        .filter(row -> row.fits(isp, line))
        .findFirst()
        .map(Row::length)
        .orElse(Optional.of(USUAL));
  }
}
