package io.portolan.sender.probe;

import io.portolan.sender.probe.ProbeReport.Finding;
import io.portolan.sender.smtp.FailureKind;
import io.portolan.sender.smtp.PeerCertificate;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Puts verdicts into words: what happened, what it means, what to do next. */
final class Words {
  private static final int SMTP = 25;
  private static final int IMPLICIT_TLS = 465;
  static final String LOOK_AGAIN =
      " This was one look: look again in a minute before you change the policy.";

  private final ProbeRequest request;
  private final Round round;

  Words(ProbeRequest request, Round round) {
    this.request = request;
    this.round = round;
  }

  /** What the controls say of a port. */
  Finding ofPort(int port) {
    PortVerdict verdict = PortJudge.ofPort(port, round);
    AddressFamily family =
        PortJudge.isByIpv6(port, round) ? AddressFamily.IPV6 : AddressFamily.IPV4;
    List<ProbeResult> seen = round.controls(port, family);
    String words =
        switch (verdict) {
          case OPEN -> "open at " + passing(seen) + "." + exceptions(seen);
          case PORT_BLOCKED ->
              manner(seen)
                  + " at "
                  + all(seen)
                  + ", "
                  + whatWorks(port, family)
                  + ": your network blocks port "
                  + port
                  + ". "
                  + wayAround(port)
                  + LOOK_AGAIN
                  + hint();
          case EGRESS_DOWN ->
              manner(seen)
                  + " at "
                  + all(seen)
                  + ", and nothing else gets out either: this host has no way to the Internet. Look"
                  + " at its network first.";
          case IPV6_ONLY -> {
            List<ProbeResult> byIpv6 = round.controls(port, AddressFamily.IPV6);
            yield "open by IPv4 at "
                + passing(seen)
                + ", and "
                + manner(byIpv6)
                + " by IPv6: set dns.families to ipv4 until your network lets the port through by"
                + " IPv6.";
          }
          case INTERCEPTED ->
              "somebody answers in the place of "
                  + all(seen)
                  + sharedMark(seen)
                  + ". Send no mail and no login over port "
                  + port
                  + " of this network. "
                  + wayAround(port);
          case TLS_STRIPPED ->
              all(seen)
                  + " offer STARTTLS, and here none seems to: something on the way takes it out, and"
                  + " mail would go in clear. "
                  + (port != IMPLICIT_TLS && openPorts().contains(IMPLICIT_TLS)
                      ? "Use port 465 of a relay, where TLS begins with the connection."
                      : wayAround(port));
          case LOCAL_POLICY ->
              "this host's own rules forbid it (permission denied). Look at its firewall for outgoing"
                  + " connections (nft list ruleset) and at what confines Portolan; the network is not"
                  + " at fault.";
          case INCONCLUSIVE, NO_LISTENER, TARGET_DOWN, TARGET_FAULT, RATE_LIMITED_EGRESS ->
              unclear(port, seen);
        };
    return new Finding(port, verdict, words);
  }

  /** What is the matter with a port of the host asked about. */
  Finding ofHost(int port) {
    PortVerdict verdict = PortJudge.ofHost(port, !request.notOffered().contains(port), round);
    List<ProbeResult> seen =
        round.wanted().stream().filter(each -> each.target().port() == port).toList();
    String host = seen.getFirst().target().host();
    String words =
        switch (verdict) {
          case OPEN -> "open at " + host + ".";
          case PORT_BLOCKED ->
              manner(seen) + " at " + host + ", as everywhere: it is the port. " + wayAround(port);
          case EGRESS_DOWN -> manner(seen) + " at " + host + ", as everything is from here.";
          case NO_LISTENER ->
              manner(seen)
                  + " at "
                  + host
                  + (request.notOffered().contains(port)
                      ? ", which does not offer this port."
                      : ", which answers on another port: it does not offer this one, or keeps it"
                          + " from us.")
                  + " Take the port out of the relay and the policy.";
          case TARGET_DOWN ->
              manner(seen)
                  + " at "
                  + host
                  + " like its other ports, while other operators answer: the host is down or keeps"
                  + " us out. Ask who runs it.";
          case TARGET_FAULT -> fault(host, seen);
          case INTERCEPTED ->
              "somebody answers in the place of " + host + ", as everywhere on this port.";
          case TLS_STRIPPED -> host + " seems to offer no TLS, as all others here: it is stripped.";
          case LOCAL_POLICY -> "this host's own rules forbid it (permission denied).";
          case IPV6_ONLY, INCONCLUSIVE, RATE_LIMITED_EGRESS -> unclear(seen);
        };
    return new Finding(port, verdict, words);
  }

  /** Hosts of which the same is known. */
  private String hint() {
    Map<Integer, PortVerdict> verdicts = new TreeMap<>();
    request.ports().forEach(each -> verdicts.put(each, PortJudge.ofPort(each, round)));
    return CloudHabits.hint(verdicts).map(words -> " " + words).orElse("");
  }

  private String wayAround(int port) {
    NavigableSet<Integer> others = openPorts();
    others.remove(port);
    others.remove(SMTP);
    if (!others.isEmpty()) {
      return "Send through a relay on "
          + others.stream().map(String::valueOf).collect(Collectors.joining(" or "))
          + ", or ask your host to lift it.";
    }
    return "Ask your host to lift it, or send from another network"
        + (request.ports().size() > 1 ? ": no other port that was tried helps." : ".");
  }

  private NavigableSet<Integer> openPorts() {
    NavigableSet<Integer> open = new TreeSet<>();
    request.ports().stream()
        .filter(port -> PortJudge.ofPort(port, round) == PortVerdict.OPEN)
        .forEach(open::add);
    return open;
  }

  private String whatWorks(int port, AddressFamily family) {
    NavigableSet<Integer> working = new TreeSet<>();
    round.positive().stream()
        .filter(result -> result.family() == family && result.passes())
        .forEach(result -> working.add(result.target().port()));
    openPorts().stream().filter(open -> open != port).forEach(working::add);
    return working.isEmpty()
        ? "other ports get through"
        : working.stream().map(String::valueOf).collect(Collectors.joining(", "))
            + (working.size() == 1 ? " works" : " work");
  }

  private static String manner(List<ProbeResult> seen) {
    List<FailureKind> kinds =
        seen.stream().flatMap(result -> result.kind().stream()).distinct().toList();
    return kinds.size() == 1
        ? switch (kinds.getFirst()) {
          case CONNECT_TIMEOUT -> "dropped";
          case CONNECT_REFUSED -> "refused";
          case HOST_UNREACHABLE, NO_ROUTE -> "unreachable";
          case LOCAL_POLICY -> "forbidden";
          case RESET, TLS_FAILED, CLOSED, CLOSED_BEFORE_BANNER -> "cut off";
          case TLS_SILENT, NO_BANNER, NO_ANSWER -> "silent";
          default -> "stopped";
        }
        : "stopped";
  }

  private static String all(List<ProbeResult> seen) {
    return count(seen.size(), seen.size());
  }

  private static String passing(List<ProbeResult> seen) {
    return count(seen.stream().filter(ProbeResult::passes).count(), seen.size());
  }

  private static String count(long of, int all) {
    return of + " of " + all + (all == 1 ? " operator" : " operators");
  }

  private static String exceptions(List<ProbeResult> seen) {
    String failed =
        seen.stream()
            .filter(result -> !result.passes())
            .map(result -> result.target().operator() + " (" + why(result) + ")")
            .collect(Collectors.joining(", "));
    return failed.isEmpty() ? "" : " Not at " + failed + ".";
  }

  private String unclear(int port, List<ProbeResult> seen) {
    if (!seen.isEmpty()) {
      return unclear(seen) + (isNameless(seen) ? " Look at the DNS first." : "");
    }
    return round.controls(port, AddressFamily.IPV6).isEmpty()
        ? "no control host is known for this port, so it cannot be judged. Name some in"
            + " probes.controls."
        : "the control hosts of this port have IPv6 addresses only, and nothing gets out of here by"
            + " IPv6, so it cannot be judged. Name some with IPv4 addresses in probes.controls.";
  }

  private static boolean isNameless(List<ProbeResult> seen) {
    return seen.stream().allMatch(result -> result.failedAs(FailureKind.DNS));
  }

  private static String unclear(List<ProbeResult> seen) {
    if (isNameless(seen)) {
      return "no host could be asked, so nothing can be said of the port: "
          + seen.stream().map(Words::detail).distinct().collect(Collectors.joining(", "))
          + ".";
    }
    return "open at "
        + passing(seen)
        + ", which decides nothing."
        + exceptions(seen)
        + " Look again in a minute.";
  }

  private static String fault(String host, List<ProbeResult> seen) {
    return host
        + " answers, but not as it should: "
        + seen.stream()
            .filter(result -> !result.passes())
            .map(Words::why)
            .distinct()
            .collect(Collectors.joining(", "))
        + ". Other operators are fine here, so compare the port and its TLS mode with what the host"
        + " publishes.";
  }

  private static String why(ProbeResult result) {
    return result.kind().map(kind -> kind.id() + ": " + detail(result)).orElse("answered");
  }

  private static String detail(ProbeResult result) {
    return result.finding() instanceof ProbeResult.Failed failed ? failed.detail() : "";
  }

  private static String sharedMark(List<ProbeResult> seen) {
    Optional<String> issuer =
        seen.stream()
            .filter(result -> result.failedAs(FailureKind.TLS_UNTRUSTED))
            .flatMap(result -> result.evidence().certificate().stream())
            .map(PeerCertificate::issuer)
            .findFirst();
    Optional<String> banner =
        seen.stream()
            .map(result -> result.evidence().banner())
            .filter(text -> !text.isEmpty())
            .findFirst();
    return issuer
        .map(name -> " with certificates issued by " + name)
        .or(() -> banner.map(text -> " with the banner \"" + text + "\""))
        .orElse(" and is no mail host");
  }
}
