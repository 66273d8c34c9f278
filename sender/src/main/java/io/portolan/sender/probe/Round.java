package io.portolan.sender.probe;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that was looked at at one time.
 *
 * @param controls hosts of several operators, by which ports are judged
 * @param wanted the host that somebody asked about; may be none
 * @param positive hosts at a port that nobody blocks, such as 443: whether anything gets out of
 *     here
 */
record Round(List<ProbeResult> controls, List<ProbeResult> wanted, List<ProbeResult> positive) {
  Round {
    controls = List.copyOf(controls);
    wanted = List.copyOf(wanted);
    positive = List.copyOf(positive);
  }

  /** What came of a port at the controls. */
  List<ProbeResult> controls(int port, AddressFamily family) {
    return controls.stream()
        .filter(result -> result.target().port() == port && result.family() == family)
        .toList();
  }

  /** Whether anything at all got out of here. What is inside answers without getting out. */
  boolean isEgressUp(AddressFamily family) {
    return Stream.concat(
            Stream.of(controls, positive).flatMap(List::stream),
            wanted.stream().filter(result -> !isInside(result)))
        .anyMatch(result -> result.family() == family && result.passes());
  }

  private static boolean isInside(ProbeResult result) {
    return !result.address().isEmpty()
        && LocalNetworks.contain(InetAddress.ofLiteral(result.address()));
  }
}
