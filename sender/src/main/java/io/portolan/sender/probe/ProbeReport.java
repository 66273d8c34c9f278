package io.portolan.sender.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a round of looks says.
 *
 * @param ports the verdict on each port, by the controls
 * @param host the verdict on each port of the host asked about
 * @param results every look, the host's first
 */
public record ProbeReport(
    Instant at, Duration took, List<Finding> ports, List<Finding> host, List<ProbeResult> results) {
  public ProbeReport {
    ports = List.copyOf(ports);
    host = List.copyOf(host);
    results = List.copyOf(results);
  }

  /**
   * A verdict.
   *
   * @param words what happened, what it means and what to do next
   */
  public record Finding(int port, PortVerdict verdict, String words) {

    /** The words where another round has confirmed the verdict. */
    public String settledWords() {
      return words.replace(Words.LOOK_AGAIN, "");
    }
  }
}
