package io.portolan.core.policy;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.Problems;
import io.portolan.core.isp.Isp;
import io.portolan.core.json.HumanDuration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The check that a policy passes before it is stored, and again before it is activated: refuses
 * what cannot work, warns of what probably should not, in words that name row and field.
 *
 * <p>Thread-safe.
 */
public final class PolicyCheck {
  private static final int DIRECT_PORT = 25;

  private final Predicate<String> knownIsp;
  private final Routes relays;
  private final Map<String, IspGuidance> guidance;

  /**
   * What the check says of a policy.
   *
   * @param errors for which it is refused
   * @param warnings for a person to consider
   */
  public record Findings(List<Problem> errors, List<Problem> warnings) {
    public Findings {
      errors = List.copyOf(errors);
      warnings = List.copyOf(warnings);
    }

    /**
     * Ends the check.
     *
     * @throws InvalidException with every error, if there is any
     */
    public void throwIfRefused() {
      Problems problems = new Problems();
      errors.forEach(error -> problems.add(error.place(), error.reason()));
      problems.throwIfAny("The port policy is refused");
    }
  }

  /**
   * @param knownIsp whether an id is an ISP or platform of the directory
   * @param relays the relays that paths may name
   */
  public PolicyCheck(Predicate<String> knownIsp, Routes relays) {
    this.knownIsp = knownIsp;
    this.relays = relays;
    guidance =
        IspGuidance.builtIn().stream()
            .collect(Collectors.toUnmodifiableMap(IspGuidance::isp, Function.identity()));
  }

  /** The same check, of relays as a transaction sees them; see {@link Routes#on}. */
  PolicyCheck on(Connection connection) throws SQLException {
    return new PolicyCheck(knownIsp, relays.on(connection));
  }

  public Findings check(PortPolicy policy) {
    Checking checking = new Checking(policy);
    checking.rows();
    return new Findings(checking.errors, checking.warnings);
  }

  /** One check under way. */
  private final class Checking {
    private final PortPolicy policy;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    Checking(PortPolicy policy) {
      this.policy = policy;
    }

    void rows() {
      Map<String, Integer> seen = new HashMap<>();
      for (int i = 0; i < policy.rules().size(); i++) {
        PolicyRule rule = policy.rules().get(i);
        Integer earlier = seen.putIfAbsent(rule.isp(), i);
        String row = "rules[" + i + "]";
        if (earlier != null) {
          refuse(row + ".isp", "is " + rule.isp() + ", which rules[" + earlier + "] is already");
        } else if (!isKnown(rule.isp())) {
          refuse(row + ".isp", "is \"" + rule.isp() + "\", which no ISP of the directory is");
        }
        paths(row, rule);
        limits(row, rule);
        timeouts(row, rule);
        retry(row, rule);
      }
      if (!seen.containsKey(PolicyRule.ANY)) {
        refuse("rules", "have no row *, which says what holds for every other ISP");
      }
    }

    private boolean isKnown(String isp) {
      return isp.equals(PolicyRule.ANY) || isp.equals(Isp.OTHER.id()) || knownIsp.test(isp);
    }

    private void paths(String row, PolicyRule rule) {
      if (rule.isp().equals(PolicyRule.ANY) && rule.paths().isEmpty()) {
        refuse(row + ".paths", "must be given in row *, for the other rows inherit them");
      }
      Set<Path> seen = new HashSet<>();
      for (int i = 0; i < rule.paths().size(); i++) {
        Path path = rule.paths().get(i);
        String place = row + ".paths[" + i + "]";
        if (!seen.add(path)) {
          refuse(place, "is " + path.label() + " in row " + rule.isp() + ", which is there twice");
        } else if (path.isDirect()) {
          direct(place, rule, path);
        } else {
          relay(place, rule, path);
        }
      }
    }

    private void direct(String place, PolicyRule rule, Path path) {
      if (path.port() != DIRECT_PORT) {
        refuse(
            place + ".port",
            "is "
                + path.port()
                + " in row "
                + rule.isp()
                + ", but direct MX has one port, 25; 465, 587 and 2525 belong to relays");
      }
      switch (path.tls()) {
        case IMPLICIT ->
            refuse(
                place + ".tls",
                "is implicit in row "
                    + rule.isp()
                    + ", but a mail exchanger speaks STARTTLS: opportunistic, starttls or none");
        case NONE, OPPORTUNISTIC -> {
          IspGuidance known = guidance.get(rule.isp());
          if (known != null && known.requiresTls()) {
            warn(place + ".tls", "is " + path.tls().id() + ", but " + rule.isp() + " requires TLS");
          }
        }
        case STARTTLS -> {}
      }
    }

    private void relay(String place, PolicyRule rule, Path path) {
      Optional<? extends Route> known = relays.find(path.route());
      if (known.isEmpty()) {
        refuse(
            place + ".route",
            "is \""
                + path.route()
                + "\" in row "
                + rule.isp()
                + ", which no relay is; nor is it direct");
        return;
      }
      Route relay = known.get();
      TlsMode offered = relay.tlsByPort().get(path.port());
      if (offered == null) {
        refuse(
            place + ".port",
            "is " + path.port() + " in row " + rule.isp() + ", but relay " + offers(relay));
      } else if (offered != path.tls()) {
        refuse(
            place + ".tls",
            "is " + path.tls().id() + " in row " + rule.isp() + ", but relay " + offers(relay));
      } else if (path.tls() == TlsMode.NONE && relay.needsLogin()) {
        refuse(
            place + ".tls",
            "is none in row "
                + rule.isp()
                + ", but relay "
                + relay.name()
                + " needs a login, and credentials never travel without TLS");
      }
    }

    private void limits(String row, PolicyRule rule) {
      PolicyRule.LimitsPart stated = rule.limits();
      atLeastOne(row + ".limits.connections", rule, stated.connections());
      atLeastOne(row + ".limits.messagesPerConnection", rule, stated.messagesPerConnection());
      stated
          .messagesPerSecond()
          .filter(rate -> !(rate >= 0) || Double.isInfinite(rate))
          .ifPresent(
              rate ->
                  refuse(
                      row + ".limits.messagesPerSecond",
                      "is "
                          + rate
                          + " in row "
                          + rule.isp()
                          + "; it must be 0 (no limit) or more"));
      IspGuidance known = guidance.get(rule.isp());
      if (known != null) {
        PolicyRule.LimitsPart most = known.limits();
        above(row, known, "connections", stated.connections(), most.connections());
        above(
            row,
            known,
            "messagesPerConnection",
            stated.messagesPerConnection(),
            most.messagesPerConnection());
        above(
            row, known, "messagesPerSecond", stated.messagesPerSecond(), most.messagesPerSecond());
      }
    }

    private void atLeastOne(String place, PolicyRule rule, Optional<Integer> value) {
      value
          .filter(number -> number < 1)
          .ifPresent(
              number ->
                  refuse(
                      place, "is " + number + " in row " + rule.isp() + "; it must be at least 1"));
    }

    private <N extends Comparable<N>> void above(
        String row, IspGuidance known, String field, Optional<N> stated, Optional<N> most) {
      if (stated.isPresent() && most.isPresent() && stated.get().compareTo(most.get()) > 0) {
        warn(
            row + ".limits." + field,
            "is "
                + stated.get()
                + ", above the "
                + most.get()
                + " of the guidance for "
                + known.isp()
                + " ("
                + known.source()
                + ")");
      }
    }

    private void timeouts(String row, PolicyRule rule) {
      PolicyRule.TimeoutsPart stated = rule.timeouts();
      positive(row + ".timeouts.connect", rule, stated.connect().stream().toList());
      positive(row + ".timeouts.tls", rule, stated.tls().stream().toList());
      positive(row + ".timeouts.greeting", rule, stated.greeting().stream().toList());
      positive(row + ".timeouts.command", rule, stated.command().stream().toList());
      positive(row + ".timeouts.data", rule, stated.data().stream().toList());
      positive(row + ".timeouts.dot", rule, stated.dot().stream().toList());
      stated
          .dot()
          .filter(dot -> dot.isPositive() && dot.compareTo(Timeouts.DEFAULT.dot()) < 0)
          .ifPresent(
              dot ->
                  warn(
                      row + ".timeouts.dot",
                      "is "
                          + HumanDuration.format(dot)
                          + ", below the 10m of RFC 5321 section 4.5.3.2.6: a message whose answer"
                          + " comes later is sent twice"));
    }

    private void retry(String row, PolicyRule rule) {
      PolicyRule.RetryPart stated = rule.retry();
      positive(row + ".retry.delays", rule, stated.delays());
      positive(row + ".retry.lifetime", rule, stated.lifetime().stream().toList());
      List<PolicyRule.RetryPart> parts = new ArrayList<>(List.of(stated));
      policy.rule(PolicyRule.ANY).map(PolicyRule::retry).ifPresent(parts::add);
      Duration first = PolicyRule.RetryPart.delays(parts).getFirst();
      Duration lifetime =
          PolicyRule.first(parts, PolicyRule.RetryPart::lifetime, RetrySchedule.DEFAULT.lifetime());
      if (!stated.equals(PolicyRule.RetryPart.INHERITED) && lifetime.compareTo(first) < 0) {
        refuse(
            row + ".retry.lifetime",
            "is "
                + HumanDuration.format(lifetime)
                + " in row "
                + rule.isp()
                + ", shorter than the first delay of "
                + HumanDuration.format(first)
                + ": nothing would be tried again");
      }
    }

    private void positive(String place, PolicyRule rule, Collection<Duration> durations) {
      if (!durations.stream().allMatch(Duration::isPositive)) {
        refuse(place, "is zero in row " + rule.isp() + "; it must be longer");
      }
    }

    private String offers(Route relay) {
      return relay.name()
          + " offers "
          + relay.tlsByPort().entrySet().stream()
              .map(port -> port.getKey() + " (" + port.getValue().id() + ")")
              .collect(Collectors.joining(", "));
    }

    private void refuse(String place, String reason) {
      errors.add(new Problem(place, reason));
    }

    private void warn(String place, String reason) {
      warnings.add(new Problem(place, reason));
    }
  }
}
