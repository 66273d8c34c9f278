package io.portolan.sender.probe;

import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to look at.
 *
 * @param ports to be judged by the controls
 * @param wanted the ports of one host to be looked at beside them; may be none
 * @param mayBeInside whether the host may be in this host's own network, as a relay of ours may
 * @param notOffered those of its ports that its service is known not to have
 */
public record ProbeRequest(
    NavigableSet<Integer> ports,
    List<ProbeTarget> wanted,
    boolean mayBeInside,
    Set<Integer> notOffered) {
  public ProbeRequest {
    ports = new TreeSet<>(ports);
    wanted = List.copyOf(wanted);
    notOffered = Set.copyOf(notOffered);
  }
}
