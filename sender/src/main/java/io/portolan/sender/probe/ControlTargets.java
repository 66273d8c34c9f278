package io.portolan.sender.probe;

import io.portolan.core.InvalidException;
import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.policy.TlsMode;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The hosts by which ports are judged.
 *
 * @param mail hosts of several operators for each port
 * @param positive hosts at a port that nobody blocks, at least one
 */
public record ControlTargets(List<ProbeTarget> mail, List<ProbeTarget> positive) {
  private static final List<String> COLUMNS = List.of("operator", "host", "port", "tls");

  public ControlTargets {
    mail = List.copyOf(mail);
    positive = List.copyOf(positive);
  }

  /** Large mail services and relays whose ports are published. */
  public static ControlTargets builtIn() {
    return of(
        "control-targets.csv",
        CsvTable.resource(ControlTargets.class, "control-targets.csv", COLUMNS));
  }

  /**
   * Reads a file: the columns operator, host, port and tls, which is starttls, implicit or, for a
   * port that nobody blocks, none.
   *
   * @throws io.portolan.core.InvalidException naming file, line and column
   */
  public static ControlTargets file(Path file) {
    return of(file.toString(), CsvTable.file(file, COLUMNS));
  }

  /** The ports that can be judged. */
  public NavigableSet<Integer> ports() {
    NavigableSet<Integer> ports = new TreeSet<>();
    mail.forEach(target -> ports.add(target.port()));
    return ports;
  }

  private static ControlTargets of(String name, CsvTable table) {
    List<ProbeTarget> all = table.rows().stream().map(ControlTargets::target).toList();
    List<ProbeTarget> positive =
        all.stream().filter(target -> target.tls() == TlsMode.NONE).toList();
    if (positive.isEmpty()) {
      throw new InvalidException(
          name,
          "needs a row with tls none, a port that nobody blocks, such as 443: without it a blocked"
              + " port cannot be told from a network that lets nothing out");
    }
    return new ControlTargets(
        all.stream().filter(target -> target.tls() != TlsMode.NONE).toList(), positive);
  }

  private static ProbeTarget target(CsvRow row) {
    String port = row.required("port");
    if (!port.matches("[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535) {
      throw row.invalid("port", "is \"" + port + "\", which is no port");
    }
    String tls = row.required("tls");
    return new ProbeTarget(
        row.required("operator"),
        row.required("host"),
        Integer.parseInt(port),
        TlsMode.of(tls)
            .filter(mode -> mode != TlsMode.OPPORTUNISTIC)
            .orElseThrow(
                () ->
                    row.invalid("tls", "is \"" + tls + "\", and not starttls, implicit or none")));
  }
}
