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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The check that a policy passes before it is stored, and again before it is activated: refuses
 * what cannot work, warns of what probably should not, in words that name row and field.
 *
 * <p>Thread-safe.
 */
public final class PolicyCheck {
  private final Predicate<String> knownIsp;
  private final Routes relays;
  private final Surroundings around;
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
    this(knownIsp, relays, Surroundings.NONE);
  }

  /** The check of a host and of how its paths stand now. */
  public PolicyCheck(Predicate<String> knownIsp, Routes relays, Surroundings around) {
    this.knownIsp = knownIsp;
    this.relays = relays;
    this.around = around;
    guidance =
        IspGuidance.builtIn().stream()
            .collect(Collectors.toUnmodifiableMap(IspGuidance::isp, Function.identity()));
  }

  /** The same check, of relays as a transaction sees them; see {@link Routes#on}. */
  PolicyCheck on(Connection connection) throws SQLException {
    return new PolicyCheck(knownIsp, relays.on(connection), around);
  }

  public Findings check(PortPolicy policy) {
    Checking checking = new Checking(policy);
    checking.rows();
    return new Findings(checking.notes.errors, checking.notes.warnings);
  }

  /**
   * What the check looks at beside the policy.
   *
   * @param platformOf an ISP's platform
   * @param hasAddress whether this host has an IP address
   * @param blocked why a path to a platform is blocked at this moment, if it is; the platform is
   *     empty where any is meant
   */
  public record Surroundings(
      UnaryOperator<String> platformOf,
      Predicate<String> hasAddress,
      BiFunction<Path, String, Optional<String>> blocked) {
    /** Every ISP is its own platform, every address is this host's, and nothing is blocked. */
    public static final Surroundings NONE =
        new Surroundings(isp -> isp, address -> true, (path, platform) -> Optional.empty());
  }

  /** What is found while the check is under way. */
  static final class Notes {
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    void refuse(String place, String reason) {
      errors.add(new Problem(place, reason));
    }

    void warn(String place, String reason) {
      warnings.add(new Problem(place, reason));
    }
  }

  /** One check under way. */
  private final class Checking {
    private final PortPolicy policy;
    private final Notes notes = new Notes();
    private final PathsCheck paths = new PathsCheck(relays, guidance, around, notes);

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
          notes.refuse(
              row + ".isp", "is " + rule.isp() + ", which rules[" + earlier + "] is already");
        } else if (!isKnown(rule.isp())) {
          notes.refuse(row + ".isp", "is \"" + rule.isp() + "\", which no ISP of the directory is");
        }
        paths.check(row, rule);
        pauses(row, rule);
        limits(row, rule);
        timeouts(row, rule);
        retry(row, rule);
      }
      if (!seen.containsKey(PolicyRule.ANY)) {
        notes.refuse("rules", "have no row *, which says what holds for every other ISP");
      }
      if (notes.errors.isEmpty()) {
        for (int i = 0; i < policy.rules().size(); i++) {
          paths.checkHealth("rules[" + i + "]", policy, policy.rules().get(i));
        }
      }
    }

    private boolean isKnown(String isp) {
      return isp.equals(PolicyRule.ANY) || isp.equals(Isp.OTHER.id()) || knownIsp.test(isp);
    }

    private void pauses(String row, PolicyRule rule) {
      Map<String, Integer> seen = new HashMap<>();
      Duration lifetime = lifetime(rule);
      for (int i = 0; i < rule.pauses().size(); i++) {
        PauseRule pause = rule.pauses().get(i);
        String place = row + ".pause[" + i + "]";
        Integer earlier = seen.putIfAbsent(pause.reply(), i);
        if (!pause.canMatch()) {
          notes.refuse(
              place + ".reply",
              "is "
                  + pause.reply()
                  + " in row "
                  + rule.isp()
                  + ", which no refusal is: it can never match");
        } else if (earlier != null) {
          notes.warn(
              place + ".reply",
              "is "
                  + pause.reply()
                  + " in row "
                  + rule.isp()
                  + ", as in pause["
                  + earlier
                  + "], which comes first: it can never match");
        }
        positive(place + ".for", rule, List.of(pause.length()));
        if (pause.length().compareTo(lifetime) >= 0) {
          notes.warn(
              place + ".for",
              "is "
                  + HumanDuration.format(pause.length())
                  + " in row "
                  + rule.isp()
                  + ", no shorter than the lifetime of "
                  + HumanDuration.format(lifetime)
                  + ": what is held expires");
        }
      }
    }

    private Duration lifetime(PolicyRule rule) {
      return PolicyRule.first(
          retries(rule), PolicyRule.RetryPart::lifetime, RetrySchedule.DEFAULT.lifetime());
    }

    private List<PolicyRule.RetryPart> retries(PolicyRule rule) {
      List<PolicyRule.RetryPart> parts = new ArrayList<>(List.of(rule.retry()));
      policy.rule(PolicyRule.ANY).map(PolicyRule::retry).ifPresent(parts::add);
      return parts;
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
                  notes.refuse(
                      row + ".limits.messagesPerSecond",
                      "is "
                          + rate
                          + " in row "
                          + rule.isp()
                          + "; it must be 0 (no limit) or more"));
      stated
          .connectionsPerMinute()
          .filter(number -> number < 0)
          .ifPresent(
              number ->
                  notes.refuse(
                      row + ".limits.connectionsPerMinute",
                      "is "
                          + number
                          + " in row "
                          + rule.isp()
                          + "; it must be 0 (no limit) or more"));
      String platform = around.platformOf().apply(rule.isp());
      if (!platform.equals(rule.isp()) && !stated.equals(PolicyRule.LimitsPart.INHERITED)) {
        notes.warn(
            row + ".limits",
            "of row "
                + rule.isp()
                + " never hold: its mail goes to platform "
                + platform
                + ", whose limits hold for all its ISPs");
      }
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
                  notes.refuse(
                      place, "is " + number + " in row " + rule.isp() + "; it must be at least 1"));
    }

    private <N extends Comparable<N>> void above(
        String row, IspGuidance known, String field, Optional<N> stated, Optional<N> most) {
      if (stated.isPresent() && most.isPresent() && stated.get().compareTo(most.get()) > 0) {
        notes.warn(
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
                  notes.warn(
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
      Duration first = PolicyRule.RetryPart.delays(retries(rule)).getFirst();
      Duration lifetime = lifetime(rule);
      if (!stated.equals(PolicyRule.RetryPart.INHERITED) && lifetime.compareTo(first) < 0) {
        notes.refuse(
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
        notes.refuse(place, "is zero in row " + rule.isp() + "; it must be longer");
      }
    }
  }
}
